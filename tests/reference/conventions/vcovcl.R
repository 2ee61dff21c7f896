# Clustered standard errors as R users print them: lm with factors, sandwich::vcovCL, lmtest::coeftest and coefci.
# Run in this folder: Rscript vcovcl.R   (writes grunfeld.csv, vcovcl.csv and panel20.csv)
# sandwich 3.0-2, lmtest 0.9-40, plm 2.6-2 for the data of Grunfeld (10 firms, 20 years).
library(sandwich)
library(lmtest)
options(digits = 15)

data("Grunfeld", package = "plm")
d <- as.data.frame(lapply(Grunfeld, as.numeric))
d$decade <- 1 + (d$year > 1944)
d$pair <- (d$firm + 1) %/% 2          # firms are nested in pairs
d$weight <- round(sqrt(d$value), 3)
write.csv(d, "grunfeld.csv", row.names = FALSE)

cases <- list(
  list(cluster = "firm", first = "", second = ""),
  list(cluster = "firm", first = "firm", second = ""),
  list(cluster = "pair", first = "firm", second = ""),
  list(cluster = "firm", first = "year", second = ""),
  list(cluster = "firm", first = "firm", second = "year"),
  list(cluster = "year", first = "firm", second = "decade"),
  list(cluster = "pair", first = "firm", second = "pair")   # the second effect is implied by the first
)

rows <- list()
for (case in cases) for (weighted in c(FALSE, TRUE)) {
  effects <- Filter(nzchar, c(case$first, case$second))
  formula <- reformulate(c("value", "capital", if (length(effects)) sprintf("factor(%s)", effects)), "inv")
  fit <- if (weighted) lm(formula, d, weights = weight) else lm(formula, d)
  covariance <- vcovCL(fit, cluster = d[[case$cluster]])
  tests <- coeftest(fit, vcov = covariance)
  ends <- coefci(fit, vcov. = covariance)
  for (term in c("value", "capital")) {
    rows[[length(rows) + 1]] <- data.frame(
      case, weighted = weighted, term = term,
      estimate = tests[term, 1], std_error = tests[term, 2], df = attr(tests, "df"), p_value = tests[term, 4],
      conf_low = ends[term, 1], conf_high = ends[term, 2]
    )
  }
}
write.csv(do.call(rbind, rows), "vcovcl.csv", row.names = FALSE)

# The panel of 20 rows for which fixest's vignette on standard errors gives what Stata printed (xtreg with i.time,
# clustered by id: 0.165385, the same from reghdfe) and what lm with vcovCL gives.
set.seed(0)
n <- 20
panel <- data.frame(y = rnorm(n), x = rnorm(n), id = rep(1:4, 5), time = rep(1:5, each = 4))
write.csv(panel, "panel20.csv", row.names = FALSE)
