# Ordered logits by MASS::polr with sandwich::vcovCL, the values of polr.csv. Run in this folder: Rscript polr.R
# vcovCL with type = "HC0" and cadjust = TRUE multiplies by G/(G - 1) only, as we do.
library(MASS)
library(sandwich)
data <- read.csv("likert.csv")
data$age <- (data$age - 50) / 10 # polr's Hessian is one of finite differences, which want columns of like size
data$answer <- factor(data$answer, ordered = TRUE)
models <- list(
  plain = answer ~ treated + age + member,
  districts = answer ~ treated + age + member + factor(district)
)
rows <- lapply(names(models), function(name) {
  # polr divides the gradient's tolerance by the likelihood; 1e-14 brings its BFGS to eight digits.
  fit <- polr(models[[name]], data = data, Hess = TRUE, method = "logistic", control = list(reltol = 1e-15, maxit = 1000))
  covariance <- vcovCL(fit, cluster = data$cluster, type = "HC0", cadjust = TRUE)
  terms <- c("treated", "age", "member")
  data.frame(model = name, term = terms, estimate = coef(fit)[terms], std_error = sqrt(diag(covariance))[terms],
             log_likelihood = as.numeric(logLik(fit)))
})
values <- do.call(rbind, rows)
values[3:5] <- lapply(values[3:5], function(x) formatC(x, digits = 12, format = "g"))
write.csv(values, "polr.csv", row.names = FALSE, quote = FALSE)
