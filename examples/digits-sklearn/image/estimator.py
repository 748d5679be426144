"""What learns the digits."""

from sklearn.naive_bayes import MultinomialNB


def make_estimator() -> MultinomialNB:
    """Takes each pixel as so many dots of ink, each digit as a distribution of ink over the pixels."""
    return MultinomialNB()
