# Values of R's survey package for clustered shares and means, and the survey they belong to.
# Run in this folder: Rscript survey_estimates.R  (R 4.2.2, survey 4.1.1). Writes sample.csv and survey_estimates.csv.
#
# People for whom a variable is missing are treated as outside the domain: subset() keeps the whole design's clusters.
# `capped` marks shares whose Korn-Graubard sample size exceeds the number of people: R uses it as it is, we cap it.
suppressMessages(library(survey))

set.seed(618)
people <- 640
cluster <- rep(1:32, each = 20)
stratum <- ceiling(cluster / 8)
pull <- rnorm(32, sd = 0.6)[cluster]
sample <- data.frame(
  community = cluster,
  district = stratum,
  weight = round(runif(people, 0.4, 2.5), 3),
  gender = rbinom(people, 1, 0.55),
  education = sample(1:4, people, TRUE, c(0.2, 0.4, 0.3, 0.1)),
  need = rbinom(people, 1, plogis(-0.3 + pull)),
  served = rbinom(people, 1, 0.98),
  improved = rbinom(people, 1, plogis(-0.2 - pull)),
  score = round(3 + 0.5 * pull + rnorm(people, sd = 0.7), 2)
)
sample$improved[sample(people, 40)] <- NA
sample$score[sample(people, 60)] <- NA
sample$gender[sample(people, 15)] <- NA
# A domain that lives in a few clusters only.
sample$relocated <- as.integer(cluster %in% c(3, 9, 10, 30) & runif(people) < 0.7)
write.csv(sample, "sample.csv", row.names = FALSE, quote = FALSE, na = "")

designs <- list(
  alone = svydesign(~1, weights = ~one, data = transform(sample, one = 1)),
  clusters = svydesign(~community, weights = ~one, data = transform(sample, one = 1)),
  weights = svydesign(~community, weights = ~weight, data = sample),
  strata = svydesign(~community, strata = ~district, weights = ~one, data = transform(sample, one = 1)),
  both = svydesign(~community, strata = ~district, weights = ~weight, data = sample)
)

one <- function(design, name, values, domain, keys) {
  d <- update(designs[[design]], value = values)
  keep <- !is.na(values) & !is.na(domain) & domain
  d <- subset(d, keep)
  m <- svymean(~value, d, deff = "replace")
  share <- is.logical(values)
  est <- unname(coef(m)[length(coef(m))])
  v <- vcov(m); v <- v[nrow(v), ncol(v)]
  n <- sum(keep)
  if (share) {
    d <- update(d, value = as.numeric(value))
    m <- svymean(~value, d, deff = "replace")
    est <- unname(coef(m)); v <- vcov(m)[1, 1]
    ci <- attr(svyciprop(~value, d, method = "beta"), "ci")
    size <- est * (1 - est) / v * (qt(0.025, n - 1) / qt(0.025, degf(d)))^2
  } else {
    ci <- est + c(-1, 1) * qt(0.975, degf(d)) * sqrt(v)
    size <- 0
  }
  data.frame(design, indicator = name, keys, numerator = if (share) sum(values[keep]) else NA, n,
             estimate = est, low = ci[1], high = ci[2], deff = as.numeric(deff(m)), capped = as.integer(size > n),
             df = degf(d))
}

all <- rep(TRUE, people)
rows <- list()
for (design in names(designs)) {
  with(sample, {
    add <- function(...) rows[[length(rows) + 1]] <<- one(design, ...)
    key <- function(category = "", universe = "all", subgroup = "", level = "") {
      data.frame(category, universe, subgroup, level)
    }
    add("served", served == 1, all, key())
    add("improved", improved == 1, all, key())
    add("improved", improved == 1, need == 1, key(universe = "in_need"))
    add("relocated_improved", improved == 1, relocated == 1, key())
    add("score", score, all, key())
    add("score", score, need == 1, key(universe = "in_need"))
    for (g in 0:1) {
      add("improved", improved == 1, gender == g, key(subgroup = "gender", level = g))
      add("improved", improved == 1, gender == g & need == 1, key(universe = "in_need", subgroup = "gender", level = g))
      add("score", score, gender == g, key(subgroup = "gender", level = g))
    }
    for (e in 1:4) add("education", education == e, all, key(category = e))
  })
}
values <- do.call(rbind, rows)
real <- sapply(values, is.double) & !(names(values) %in% c("numerator", "n", "df"))
values[real] <- lapply(values[real], function(x) sprintf("%.15g", x))
write.csv(values, "survey_estimates.csv", row.names = FALSE, quote = FALSE, na = "")
