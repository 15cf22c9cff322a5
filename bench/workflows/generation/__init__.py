"""Takes one generator and one table; gives synthetic rows for use, with a card of their quality and privacy.

generate          fits or loads the generator, scores it, writes the rows and the card
generation_task   what runs in a worker process: fit or load, sample, save the model
data_card         the card as Markdown
card_verdict      its first lines: what was found, in plain words
known_conditions  refuses conditions that the generator does not have
"""
