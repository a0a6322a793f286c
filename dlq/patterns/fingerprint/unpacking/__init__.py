"""What an error says, whatever it is kept as: a text, a document, Rust's print of a structure, XML, a web page."""
