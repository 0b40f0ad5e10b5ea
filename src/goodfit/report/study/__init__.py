"""Studies to text, pictures and tables. Every renderer is a function of one
`goodfit.results.StudyResult`."""
