"""What tests of several folders share: making entries, jobs, people; posting forms; reading pages."""
