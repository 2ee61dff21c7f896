# Raking and post-stratification weights by R's survey package. Run in this folder: Rscript rake.R (R 4.2.2, survey
# 4.1.1). Writes sample.csv (people with their weights by every method) for the test beside it.
suppressMessages(library(survey))

set.seed(1940)
n <- 300
people <- data.frame(
  sex = rbinom(n, 1, 0.62),
  age = sample(c("18-34", "35-59", "60+"), n, TRUE, c(0.2, 0.5, 0.3)),
  edu = sample(1:4, n, TRUE, c(0.3, 0.4, 0.2, 0.1)),
  base = round(runif(n, 0.5, 3), 3)
)
sex <- data.frame(sex = 0:1, Freq = c(0.49, 0.51) * n)
age <- data.frame(age = c("18-34", "35-59", "60+"), Freq = c(0.31, 0.42, 0.27) * n)
edu <- data.frame(edu = 1:4, Freq = c(0.22, 0.38, 0.25, 0.15) * n)

raked <- function(weights) {
  design <- svydesign(~1, weights = weights, data = people)
  found <- rake(design, list(~sex, ~age, ~edu), list(sex, age, edu), control = list(maxit = 500, epsilon = 1e-11))
  weights(found)
}
people$raked <- raked(~ I(rep(1, n)))
people$raked_from_base <- raked(~base)
people$cells <- weights(postStratify(svydesign(~1, weights = ~base, data = people), ~age, age))
people[, 5:7] <- lapply(people[, 5:7], function(w) format(w / mean(w), digits = 15))
write.csv(people, "sample.csv", row.names = FALSE, quote = FALSE)
