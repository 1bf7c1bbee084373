"""Style sheet, scripts and the documentation viewers' files, served by ourselves: no CDN."""
