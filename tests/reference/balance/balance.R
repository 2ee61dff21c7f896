# Differences between arms within fixed effects (CR2, Satterthwaite) and the joint Wald test, by clubSandwich.
# Run in this folder: Rscript balance.R (R 4.2.2, clubSandwich). Writes sample.csv and balance.csv for the test beside.
suppressMessages(library(clubSandwich))

set.seed(1936)
n <- 400
community <- rep(1:25, each = 16)
pull <- rnorm(25)
people <- data.frame(
  community = community,
  wave = sample(1:4, n, TRUE),
  age = round(45 + 6 * pull[community] + rnorm(n, sd = 14)),
  female = rbinom(n, 1, 0.55),
  mode = sample(c("phone", "visit", "web"), n, TRUE)
)
people$treated <- rbinom(n, 1, plogis(-0.4 + 0.3 * pull[community] + 0.01 * (people$age - 45)))
people$trust <- round(3 + 0.2 * people$treated + rnorm(n), 3)
people$age[sample(n, 12)] <- NA
write.csv(people, "sample.csv", row.names = FALSE, quote = FALSE, na = "")

for (level in unique(people$mode)) people[[level]] <- as.integer(people$mode == level)
one <- function(column) {
  rows <- people[!is.na(people[[column]]), ]
  model <- lm(reformulate(c("treated", "factor(wave)"), column), rows)
  found <- coef_test(model, vcovCR(model, rows$community, "CR2"), test = "Satterthwaite")["treated", ]
  data.frame(what = column, estimate = found$beta, std_error = found$SE, df = found$df_Satt, p_value = found$p_Satt)
}
rows <- people[!is.na(people$age), ]
joint <- lm(treated ~ age + female + visit + web + factor(wave), rows)
wald <- Wald_test(joint, constrain_zero(2:5), vcovCR(joint, rows$community, "CR1S"), test = "Naive-F")
found <- rbind(
  do.call(rbind, lapply(c("age", "female", "phone", "visit", "web"), one)),
  data.frame(what = "joint", estimate = wald$Fstat, std_error = NA, df = wald$df_num, p_value = NA)
)
found[, -1] <- lapply(found[, -1], function(v) trimws(format(v, digits = 15)))
write.csv(found, "balance.csv", row.names = FALSE, quote = FALSE)
