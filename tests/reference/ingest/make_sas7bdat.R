# A SAS data file made on the spot: nothing in Python writes one. Run here: Rscript make_sas7bdat.R (haven 2.5.1).
# haven says that SAS itself does not open what write_sas() writes; readers do, and for damaging it is as good.
survey <- data.frame(
  id = 1:40,
  town = rep(c("社区一", "社区二", "", NA), 10),
  x = c(NA, (1:39) / 7),
  essay = strrep("说明", 1:40 %% 20)
)
suppressWarnings(haven::write_sas(survey, "survey.sas7bdat"))
system("gzip -9 -n -f survey.sas7bdat")
