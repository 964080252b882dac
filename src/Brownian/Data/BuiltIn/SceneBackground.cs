namespace Brownian.Data.BuiltIn;

/// <summary>What is behind the objects of a scene.</summary>
/// <param name="Pattern"><c>plain</c>, <c>striped</c> or <c>checkered</c>.</param>
/// <param name="Colour">The colour's name.</param>
/// <param name="Paint">The exact colour.</param>
/// <param name="Second">The other colour of stripes and squares; the same for plain ones.</param>
/// <param name="Cell">The width of a stripe or square, a fraction of the picture's side.</param>
/// <param name="Upright">Stripes run from top to bottom.</param>
public sealed record SceneBackground(string Pattern, string Colour, Rgb Paint, Rgb Second, double Cell, bool Upright);
