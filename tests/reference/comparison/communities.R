# Reference values for the comparison of communities: rows of ../survey/sample.csv, packages survey and lme4.
# Run in this folder: Rscript communities.R   (writes communities.csv and spread.csv)
suppressPackageStartupMessages({
  library(survey)
  library(lme4)
})
options(digits = 15, survey.lonely.psu = "adjust")
d <- read.csv("../survey/sample.csv")
level <- sort(unique(d$cluster))

designs <- list(
  plain = svydesign(~cluster, data = d, weights = ~1),
  weighted = svydesign(~cluster, data = d, weights = ~weight),
  stratified = svydesign(~cluster, strata = ~stratum, data = d, weights = ~weight)
)
one <- function(design, name, keep) {
  inside <- design[keep, ]
  mean <- svymean(as.formula(paste0("~", name)), inside)
  c(estimate = coef(mean)[[1]], std_error = SE(mean)[[1]], df = degf(inside))
}

rows <- list()
for (design in names(designs)) for (name in c("age", "half")) for (g in level) {
  here <- d$cluster == g
  # A design of the community's own rows: the variance is that of n(g) people, not of a domain of all.
  own <- svydesign(~1, data = d[here, ], weights = if (design == "plain") ~1 else ~weight)
  m <- svymean(as.formula(paste0("~", name)), own)
  rest <- one(designs[[design]], name, !here)
  exact <- c(NA, NA)
  if (name == "half" && design == "plain") exact <- binom.test(sum(d$half[here]), sum(here))$conf.int
  if (name == "age") exact <- confint(m, df = sum(here) - 1)
  rows[[length(rows) + 1]] <- data.frame(
    design = design, variable = name, cluster = g, n = sum(here),
    estimate = coef(m)[[1]], std_error = SE(m)[[1]], conf_low = exact[1], conf_high = exact[2],
    rest = rest[["estimate"]], rest_error = rest[["std_error"]], rest_df = rest[["df"]]
  )
}
table <- do.call(rbind, rows)

spread <- list()
table$shrunk <- NA
table$conditional <- NA
for (name in c("age", "half")) {
  fit <- lmer(as.formula(paste0(name, " ~ 1 + (1 | cluster)")), data = d, REML = TRUE,
              control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
  found <- as.data.frame(VarCorr(fit))
  effect <- ranef(fit, condVar = TRUE)$cluster
  at <- table$design == "plain" & table$variable == name
  table$shrunk[at] <- fixef(fit)[[1]] + effect[as.character(level), 1]
  table$conditional[at] <- attr(effect, "postVar")[1, 1, ]
  fit1 <- anova(lm(d[[name]] ~ factor(d$cluster)))
  size <- as.vector(table(d$cluster))
  means <- as.vector(tapply(d[[name]], d$cluster, mean))
  pooled <- fit1$`Mean Sq`[2]
  pivot <- function(ratio) {
    w <- size / (1 + ratio * size)
    sum(w * (means - sum(w * means) / sum(w))^2) / (length(size) - 1) / pooled
  }
  ends <- sapply(c(0.975, 0.025), function(p) {
    bound <- qf(p, fit1$Df[1], fit1$Df[2])
    if (pivot(0) <= bound) 0 else uniroot(function(r) pivot(r) - bound, c(0, 1e4), tol = 1e-14)$root
  })
  spread[[name]] <- data.frame(
    variable = name, centre = fixef(fit)[[1]], centre_variance = vcov(fit)[1, 1],
    sd_between = found$sdcor[1], sd_within_reml = found$sdcor[2], sd_within = sqrt(pooled),
    statistic = fit1$`F value`[1], p_value = fit1$`Pr(>F)`[1], ratio_low = ends[1], ratio_high = ends[2]
  )
}
write.csv(table, "communities.csv", row.names = FALSE)
write.csv(do.call(rbind, spread), "spread.csv", row.names = FALSE)
