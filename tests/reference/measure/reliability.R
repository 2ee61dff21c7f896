# Values of R for Cronbach's alpha and McDonald's omega, and the answers they belong to.
# Run in this folder: Rscript reliability.R  (R 4.2.2, base packages only). Writes likert.csv and reliability.csv.
#
# alpha          by its definition, with Feldt's interval from stats::qf
# omega          from stats::factanal's loadings and uniquenesses, put back into the items' units
# omega_se       by refitting factanal with each person's weight moved a little, which is what a sandwich variance approximates

set.seed(20211026)
people <- 300
loading <- c(0.5, 0.7, 0.9, 1.1, 0.6, 0.8)
latent <- rnorm(people)
raw <- outer(latent, loading) + matrix(rnorm(people * 6), people)
# Skewed cut points: the answers are far from normal, as Likert answers are.
likert <- apply(raw, 2, function(x) findInterval(x, c(-2, -1.2, -0.5, 0.4)) + 1)
colnames(likert) <- paste0("q", 1:6)
write.csv(likert, "likert.csv", row.names = FALSE, quote = FALSE)

alpha <- function(x) {
  k <- ncol(x); n <- nrow(x); s <- cov(x)
  a <- k / (k - 1) * (1 - sum(diag(s)) / sum(s))
  f <- qf(c(0.975, 0.025), n - 1, (n - 1) * (k - 1))
  c(alpha = a, alpha_low = 1 - (1 - a) * f[1], alpha_high = 1 - (1 - a) * f[2])
}

# Omega of the covariance matrix of the people weighted by w, from stats::factanal, in the items' units.
omega <- function(x, w = rep(1, nrow(x)) / nrow(x)) {
  s <- cov.wt(x, w, method = "ML")$cov
  fit <- factanal(covmat = s, factors = 1, control = list(opt = list(factr = 1e3, maxit = 1000)))
  common <- sum(fit$loadings * sqrt(diag(s)))^2
  common / (common + sum(fit$uniquenesses * diag(s)))
}

# The infinitesimal jackknife: how omega moves when one person's weight does, by central differences.
omega_se <- function(x, step = 1e-3) {
  n <- nrow(x)
  influence <- sapply(seq_len(n), function(i) {
    shifted <- function(e) { w <- rep((1 - e) / n, n); w[i] <- w[i] + e; omega(x, w) }
    (shifted(step) - shifted(-step)) / (2 * step)
  })
  sqrt(sum(influence^2)) / n
}

one <- function(name, x) {
  x <- as.matrix(x)
  data.frame(data = name, t(c(n = nrow(x), k = ncol(x), alpha(x), omega = omega(x), omega_se = omega_se(x))))
}

write.csv(attitude, "attitude.csv", row.names = FALSE, quote = FALSE)
values <- rbind(one("attitude", attitude), one("likert", likert))
values[-(1:3)] <- lapply(values[-(1:3)], function(x) sprintf("%.15g", x))
write.csv(values, "reliability.csv", row.names = FALSE, quote = FALSE)

