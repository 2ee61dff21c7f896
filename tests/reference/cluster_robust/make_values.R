# Cluster-robust standard errors and degrees of freedom from clubSandwich and sandwich.
# Run in this folder:  python export_data.py FOLDER && Rscript make_values.R FOLDER
# Writes petersen.csv and api_clusters.csv (from the R packages sandwich and survey) and values.csv.
suppressPackageStartupMessages({
  library(sandwich)
  library(clubSandwich)
  library(survey)
})
options(digits = 15, warn = 1)
folder <- commandArgs(trailingOnly = TRUE)[1]

data("PetersenCL", package = "sandwich")
write.csv(PetersenCL, "petersen.csv", row.names = FALSE, quote = FALSE)
data(api)
columns <- c("dnum", "cname", "stype", "api00", "ell", "meals", "mobility", "enroll", "pw")
write.csv(apiclus1[columns], "api_clusters.csv", row.names = FALSE, quote = FALSE)
tables <- list(
  petersen = read.csv("petersen.csv"),
  api = read.csv("api_clusters.csv"),
  wages = read.csv(file.path(folder, "wage_panel.csv")),
  insurance = read.csv(file.path(folder, "insurance.csv"))
)
tables$small <- subset(tables$petersen, firm <= 60)

# One line per model: data, outcome, regressors, cluster, effect, weight ("" for none).
cases <- read.table(header = TRUE, sep = "|", strip.white = TRUE, na.strings = "NA", text = "
data      | outcome         | regressors                       | cluster    | effect     | weight
petersen  | y               | x                                | firm       |            |
petersen  | y               | x                                | year       |            |
petersen  | y               | x                                | year       | year       |
petersen  | y               | x                                | firm       | year       |
small     | y               | x                                | firm       | firm       |
small     | y               | x                                | year       | firm       |
wages     | lwage           | union married expersq educ black | nr         |            |
wages     | lwage           | union married expersq educ black | nr         | year       |
wages     | lwage           | union married expersq educ black | nr         | occupation |
wages     | lwage           | union married expersq educ black | occupation | year       |
wages     | lwage           | union married expersq educ black | occupation |            |
wages     | lwage           | union married expersq educ black | year       | occupation | hours
insurance | pre_takeup_rate | default male age literacy        | address    |            |
insurance | pre_takeup_rate | default male age literacy        | address    | village    |
insurance | takeup_survey   | intensive male age literacy      | address    | address    |
insurance | takeup_survey   | intensive male age literacy      | village    | address    |
insurance | takeup_survey   | intensive male age literacy      | address    | village    | ricearea_2010
api       | api00           | ell meals mobility               | dnum       |            | pw
api       | api00           | ell meals mobility               | dnum       |            | enroll
api       | api00           | ell meals mobility               | dnum       | cname      | enroll
api       | api00           | ell meals mobility               | dnum       | stype      | enroll
api       | api00           | ell meals mobility               | stype      | dnum       |
")

one <- function(case) {
  regressors <- strsplit(case$regressors, " ")[[1]]
  names <- c(case$outcome, regressors, case$cluster, case$effect, case$weight)
  d <- na.omit(tables[[case$data]][unique(names[nzchar(names)])])
  if (nzchar(case$weight)) d <- d[d[[case$weight]] > 0, ]
  if (nzchar(case$effect)) d <- d[ave(rep(1, nrow(d)), d[[case$effect]], FUN = sum) > 1, ]  # singletons
  d$cluster <- factor(d[[case$cluster]])
  d$w <- if (nzchar(case$weight)) d[[case$weight]] / mean(d[[case$weight]]) else rep(1, nrow(d))
  design <- model.matrix(reformulate(c(regressors, if (nzchar(case$effect)) paste0("factor(", case$effect, ")"))), d)
  d$Z <- sqrt(d$w) * design
  d$Y <- sqrt(d$w) * d[[case$outcome]]
  fit <- lm(Y ~ 0 + Z, d)  # the regression of root-w y on root-w z; the regression itself without weights
  at <- paste0("Z", regressors)
  kept <- !is.na(coef(fit)[at])
  regressors <- regressors[kept]
  at <- at[kept]
  se <- function(v) sqrt(diag(as.matrix(v))[at])
  cr <- function(type) tryCatch(se(vcovCR(fit, cluster = d$cluster, type = type)), error = function(e) rep(NA, length(at)))
  cr2 <- vcovCR(fit, cluster = d$cluster, type = "CR2")
  df <- coef_test(fit, vcov = cr2, coefs = at, test = "Satterthwaite")$df_Satt
  out <- data.frame(case, term = regressors, n = nrow(d), clusters = nlevels(d$cluster), estimate = coef(fit)[at],
                    cr0 = cr("CR0"), hc1 = se(vcovCL(fit, cluster = d$cluster, type = "HC1", cadjust = TRUE)),
                    cr2 = se(cr2), df = df, cr3 = cr("CR3"), cr2_direct = NA, df_direct = NA)
  if (nzchar(case$weight)) {
    names(d)[names(d) == case$outcome] <- "outcome"
    direct <- lm(outcome ~ 0 + design, d, weights = w)
    v <- vcovCR(direct, cluster = d$cluster, type = "CR2", target = 1 / d$w, inverse_var = TRUE)
    names <- paste0("design", regressors)
    out$cr2_direct <- sqrt(diag(as.matrix(v))[names])
    out$df_direct <- coef_test(direct, vcov = v, coefs = names, test = "Satterthwaite")$df_Satt
  }
  message(paste(case[1:6], collapse = " "))
  out
}

out <- do.call(rbind, lapply(seq_len(nrow(cases)), function(i) one(cases[i, ])))
number <- vapply(out, is.numeric, TRUE)
out[number] <- lapply(out[number], function(v) trimws(formatC(v, digits = 15, format = "g")))
write.csv(out, "values.csv", row.names = FALSE, quote = FALSE)
