# Reference values for liandong.quality.components and .heaping, from base R and lme4 (REML equals the ANOVA estimator
# where every interviewer has the same number of interviews). Run from this folder: Rscript variance_components.R
# It writes interviews.csv (the data) and components.csv (the values).
suppressMessages(library(lme4))
set.seed(20261122)
icc_of <- function(between, within) between / (between + within)

make <- function(case, community, interviewer, people, sd_i) {
  effect <- rnorm(length(unique(interviewer)), sd = sd_i)
  y <- round(10 + 2 * rnorm(length(unique(community)))[community] * (max(community) > 1) + effect[interviewer] +
               rnorm(length(interviewer), sd = 1.5), 3)
  data.frame(case, community, interviewer, y)
}

balanced <- make("balanced", rep(1, 96), rep(1:12, each = 8), 8, 0.9)
unequal <- make("unequal", rep(1, 90), rep(1:9, times = c(3, 5, 7, 9, 10, 11, 13, 15, 17)), NA, 0.9)
none <- make("none", rep(1, 80), rep(1:10, each = 8), NA, 0)
nested <- make("nested", rep(1:6, each = 20), rep(1:12, times = rep(c(8, 12), 6)), NA, 1.2)
crossed <- make("crossed", rep(1:5, each = 30), sample(1:15, 150, replace = TRUE), NA, 1)
data <- rbind(balanced, unequal, none, nested, crossed)
write.csv(data, "interviews.csv", row.names = FALSE)

out <- NULL
add <- function(case, quantity, value) out <<- rbind(out, data.frame(case, quantity, value = sprintf("%.12g", value)))
for (case in unique(data$case)) {
  d <- data[data$case == case, ]
  d$i <- factor(d$interviewer)
  d$c <- factor(d$community)
  small <- if (nlevels(d$c) > 1) lm(y ~ c, d) else lm(y ~ 1, d)
  large <- update(small, . ~ . + i)
  test <- anova(small, large)
  df1 <- test$Df[2]; df2 <- large$df.residual
  f <- test$F[2]; mse <- sum(resid(large)^2) / df2
  # tr(Z'MZ): the sum of squared residuals of the interviewers' indicators on the communities
  z <- model.matrix(~ 0 + i, d)
  trace <- sum(if (nlevels(d$c) > 1) resid(lm(z ~ c, d))^2 else resid(lm(z ~ 1, d))^2)
  between <- (test$`Sum of Sq`[2] - df1 * mse) / trace
  add(case, "f", f); add(case, "df_numerator", df1); add(case, "df_denominator", df2)
  add(case, "p_value", test$`Pr(>F)`[2])
  add(case, "between", between); add(case, "within", mse); add(case, "icc", icc_of(between, mse))
  # Wald's interval by brute force: the generalised least squares F statistic at each ratio, inverted by uniroot.
  x <- model.matrix(small)
  statistic <- function(rho) {
    v <- diag(nrow(d)) + rho / (1 - rho) * tcrossprod(z)
    w <- solve(v)
    p <- w - w %*% x %*% solve(t(x) %*% w %*% x, t(x) %*% w)
    (drop(t(d$y) %*% p %*% d$y) - df2 * mse) / df1 / mse
  }
  low <- -1 / (max(eigen(crossprod(if (nlevels(d$c) > 1) resid(lm(z ~ c, d)) else resid(lm(z ~ 1, d))))$values) - 1)
  solve_for <- function(q) uniroot(function(r) statistic(r) - q, c(low * 0.999, 0.9999), tol = 1e-13)$root
  add(case, "low", solve_for(qf(0.975, df1, df2))); add(case, "high", solve_for(qf(0.025, df1, df2)))
}
# Balanced: the classical interval of the intraclass correlation (Searle), and REML.
d <- balanced; d$i <- factor(d$interviewer); a <- anova(lm(y ~ i, d)); f <- a$F[1]
add("balanced", "searle_low", (f / qf(0.975, 11, 84) - 1) / (f / qf(0.975, 11, 84) + 7))
add("balanced", "searle_high", (f / qf(0.025, 11, 84) - 1) / (f / qf(0.025, 11, 84) + 7))
fit <- lmer(y ~ 1 + (1 | i), d, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
vc <- as.data.frame(VarCorr(fit))$vcov
add("balanced", "reml_between", vc[1]); add("balanced", "reml_within", vc[2])
blup <- ranef(fit, condVar = TRUE)$i
for (k in 1:12) add("balanced", paste0("blup_", k), blup[k, 1])
write.csv(out, "components.csv", row.names = FALSE, quote = FALSE)
