namespace Brownian.Data.BuiltIn;

/// <summary>What a picture of <c>builtin:scenes</c> shows.</summary>
/// <param name="Objects">One object, or two that do not touch.</param>
/// <param name="Relation">How the first lies to the second: <c>left of</c>, <c>right of</c>, <c>above</c>, <c>below</c>; null for one object.</param>
/// <param name="Position">Where a lone object lies, such as <c>at the top left</c>; null for two.</param>
/// <param name="Background">What is behind them.</param>
/// <param name="Caption">The picture in words.</param>
public sealed record Scene(IReadOnlyList<SceneObject> Objects, string? Relation, string? Position, SceneBackground Background, string Caption);
