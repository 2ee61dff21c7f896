"""A first study and instrument written from what is at hand: a data file, or the form that collects it."""
