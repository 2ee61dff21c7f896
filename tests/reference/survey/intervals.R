# Reference values for means and proportions of a stratified, weighted cluster sample, from R's survey package.
# Run in this folder: Rscript intervals.R   (writes sample.csv and intervals.csv)
library(survey)
options(digits = 15)
set.seed(20211026)

clusters <- 24
size <- sample(4:12, clusters, replace = TRUE)
d <- data.frame(cluster = rep(seq_len(clusters), size))
d$stratum <- (d$cluster - 1) %/% 8 + 1
d$weight <- round(runif(nrow(d), 0.4, 2.5), 3)
shift <- rnorm(clusters)[d$cluster]
d$age <- round(45 + 6 * shift + rnorm(nrow(d), sd = 12))
d$half <- as.integer(0.8 * shift + rnorm(nrow(d)) > 0)
d$rare <- as.integer(0.5 * shift + rnorm(nrow(d)) > 2.1)
d$most <- as.integer(0.5 * shift + rnorm(nrow(d)) > -2.3)
d$need <- as.integer(rnorm(nrow(d)) + 0.8 * (d$cluster %% 3 - 1) > 0.2)
d$need[d$cluster %in% c(3, 11)] <- 0   # two clusters without anybody in the domain
write.csv(d, "sample.csv", row.names = FALSE)

designs <- list(
  plain = svydesign(~cluster, data = d, weights = ~1),
  weighted = svydesign(~cluster, data = d, weights = ~weight),
  stratified = svydesign(~cluster, strata = ~stratum, data = d, weights = ~weight)
)

one <- function(design_name, domain, variable) {
  design <- designs[[design_name]]
  if (domain == "need") design <- subset(design, need == 1)
  mean <- svymean(as.formula(paste0("~", variable)), design, deff = "replace")
  row <- data.frame(design = design_name, domain = domain, variable = variable, estimate = coef(mean)[[1]],
                    std_error = SE(mean)[[1]], df = degf(design), deff = deff(mean)[[1]])
  t <- confint(mean, df = degf(design))
  row$mean_low <- t[1]
  row$mean_high <- t[2]
  if (variable == "age") {
    row$n_eff <- row$beta_low <- row$beta_high <- NA
  } else {
    p <- svyciprop(as.formula(paste0("~", variable)), design, method = "beta")
    v <- SE(mean)[[1]]^2
    row$n_eff <- row$estimate * (1 - row$estimate) / v * (qt(0.025, nrow(design) - 1) / qt(0.025, degf(design)))^2
    row$beta_low <- confint(p)[1]
    row$beta_high <- confint(p)[2]
  }
  row
}

grid <- expand.grid(variable = c("age", "half", "rare", "most"), domain = c("all", "need"),
                    design = names(designs), stringsAsFactors = FALSE)
out <- do.call(rbind, Map(one, grid$design, grid$domain, grid$variable))
out$n <- c(all = nrow(d), need = sum(d$need))[out$domain]
number <- vapply(out, is.numeric, TRUE)
out[number] <- lapply(out[number], function(v) trimws(formatC(v, digits = 15, format = "g")))
write.csv(out, "intervals.csv", row.names = FALSE, quote = FALSE)
cat("survey", as.character(packageVersion("survey")), "R", as.character(getRversion()), "\n")
