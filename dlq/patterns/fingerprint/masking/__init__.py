"""What changes from case to case in an error's text: by the payload, by its form, in quotation marks, by the words around it."""
