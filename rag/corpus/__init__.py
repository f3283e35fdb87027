"""Files to documents whose text never changes again; sentences and passages as offsets into it."""
