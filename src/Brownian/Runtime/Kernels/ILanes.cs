namespace Brownian.Runtime.Kernels;

/// <summary>
/// A few float32 numbers that are computed with at once. Kernels are written once against this and compiled for each width; reading and
/// writing converts from and to the storage type, which is <see cref="float"/>, or <see cref="ushort"/> for the bits of a bfloat16.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    static abstract int Width { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* from);

    static abstract TSelf Load(ushort* from);

    static abstract void Store(TSelf value, float* to);

    static abstract void Store(TSelf value, ushort* to);

    static abstract TSelf Of(float value);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>1 / (1 + e^−x), to two units in the last place.</summary>
    static abstract TSelf Sigmoid(TSelf x);

    static abstract TSelf Sqrt(TSelf x);

    /// <summary>The sum of all, in an order that depends on the width alone.</summary>
    static abstract float Sum(TSelf value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);
}
