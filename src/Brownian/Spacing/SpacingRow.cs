namespace Brownian.Spacing;

/// <summary>One row of the table of spacings.</summary>
/// <param name="Names">Its names, the main one first.</param>
/// <param name="Spacing">The spacing, with its defaults.</param>
/// <param name="Summary">One line for people.</param>
public sealed record SpacingRow(IReadOnlyList<string> Names, ISpacing Spacing, string Summary);
