"""Results of finished runs beside the published ones.

  seeds         == what several runs say together
  published     == the numbers of the paper, and of those who ran its program
  results       == what runs came to, from their folders or from the CSV file that is kept here
  comparison    == the tables, and what may be compared with what
  layouts       == how they look: in a terminal, in Markdown, as data

Nothing here needs torch.
"""
