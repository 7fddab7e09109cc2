"""Files on their way in: what they are, what they say, and what is wrong with them.

Foreign bytes are only read in a process of their own (`child`), watched for memory and time.
"""
