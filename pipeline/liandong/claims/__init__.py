"""Published figures held against themselves and against a bundle's tables: values in, graded verdicts out."""
