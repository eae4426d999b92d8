"""Looking at masks and networks: what a search found, and what the linear analysis would say.

  exactness    == whether a mask is the worst of all, before a linear head
  diagnostics  == what a mask search achieved, measured on the step it belongs to
  trained      == a finished run as a network to look at
  explanation  == predicted against real harm of masks, budget by budget

Nothing here changes what is learned.
"""
