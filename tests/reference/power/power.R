# Noncentrality at which a two-sided t test at 5 % has power 0.8; the values stand in tests/unit/inference/test_power.py.
power <- function(ncp, df) {
  critical <- qt(0.975, df)
  pt(critical, df, ncp, lower.tail = FALSE) + pt(-critical, df, ncp)
}
for (df in c(1, 1.5, 2, 3, 6, 30)) {
  print(uniroot(function(ncp) power(ncp, df) - 0.8, c(0.1, 40), tol = 1e-12)$root, digits = 10)
}
