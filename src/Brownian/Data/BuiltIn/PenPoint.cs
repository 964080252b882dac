namespace Brownian.Data.BuiltIn;

/// <summary>A point that a pen passes.</summary>
internal readonly record struct PenPoint(double X, double Y, bool Corner);
