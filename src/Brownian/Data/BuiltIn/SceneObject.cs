namespace Brownian.Data.BuiltIn;

/// <summary>One shape of a scene. Lengths are fractions of the picture's side.</summary>
/// <param name="Size"><c>small</c> or <c>large</c>.</param>
/// <param name="Colour">The colour's name.</param>
/// <param name="Shape">The shape's name.</param>
/// <param name="X">The middle, from the left.</param>
/// <param name="Y">The middle, from the top.</param>
/// <param name="Radius">The radius of the circle that has about the shape's extent.</param>
/// <param name="TurnSine">The sine of its small rotation.</param>
/// <param name="Paint">The exact colour.</param>
public sealed record SceneObject(string Size, string Colour, string Shape, double X, double Y, double Radius, double TurnSine, Rgb Paint);
