namespace Brownian.Data.Text;

/// <summary>A piece of a unigram vocabulary.</summary>
/// <param name="Text">Its text, with ▁ for a space.</param>
/// <param name="Score">The logarithm of its probability.</param>
/// <param name="IsText">Whether it is found in texts; not the unknown piece, and control pieces.</param>
/// <param name="IsUserDefined">Whether it was given and not learned: it is kept whole, whatever it scores.</param>
internal readonly record struct UnigramPiece(string Text, float Score, bool IsText, bool IsUserDefined = false);
