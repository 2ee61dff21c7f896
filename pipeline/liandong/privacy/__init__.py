"""Personal data: found where nobody marked them, hashed where they link records, kept out of everything else."""
