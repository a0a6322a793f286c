"""The panels of the statistics page, each as its template needs it: geometry, words, and links to the list."""
