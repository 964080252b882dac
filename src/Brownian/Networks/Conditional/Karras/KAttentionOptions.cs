namespace Brownian.Networks.Conditional;

/// <summary>The options of a <see cref="KAttention"/>.</summary>
/// <param name="HeadChannels">Channels of one head.</param>
/// <param name="ContextChannels">Channels of the condition's tokens.</param>
/// <param name="EmbeddingChannels">Width of the time embedding.</param>
/// <param name="AttendsToItself">Whether pixels attend to each other first.</param>
internal sealed record KAttentionOptions(int HeadChannels, int ContextChannels, int EmbeddingChannels, bool AttendsToItself);
