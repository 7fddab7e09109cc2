"""What a workspace owns: people, tracks, stems, releases, vocabularies, change sets, uploads.

It knows nothing of what analysis hears, what prompts ask for or what analytics reports.
"""
