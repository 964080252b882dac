namespace Brownian.Checkpoints;

/// <summary>What a tokenizer's folder holds.</summary>
/// <param name="Kind">"CLIP byte pairs" or "T5 pieces".</param>
/// <param name="Tokens">How many tokens there are.</param>
/// <param name="MaxLength">The longest text of the models that it belongs to, in tokens.</param>
public sealed record TokenizerInfo(string Kind, int Tokens, int MaxLength);
