"""The search of the filter: what its words mean, anywhere in the text or as words, and by which indexes they are found."""
