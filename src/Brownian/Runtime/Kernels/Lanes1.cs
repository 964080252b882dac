namespace Brownian.Runtime.Kernels;

/// <summary>One number: for channel counts that are no multiple of a vector, and for comparison.</summary>
internal readonly unsafe struct Lanes1(float value) : ILanes<Lanes1>
{
    private readonly float value = value;

    public static int Width => 1;

    public static Lanes1 Zero => default;

    public static Lanes1 Load(float* from) => new(*from);

    public static Lanes1 Load(ushort* from) => new(BitConverter.UInt32BitsToSingle((uint)*from << 16));

    public static void Store(Lanes1 value, float* to) => *to = value.value;

    public static void Store(Lanes1 value, ushort* to)
    {
        var bits = BitConverter.SingleToUInt32Bits(value.value);
        *to = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    public static Lanes1 Of(float value) => new(value);

    public static Lanes1 MultiplyAdd(Lanes1 a, Lanes1 b, Lanes1 c) => new(MathF.FusedMultiplyAdd(a.value, b.value, c.value));

    public static Lanes1 Sigmoid(Lanes1 x) => new(1 / (1 + MathF.Exp(-x.value)));

    public static Lanes1 Sqrt(Lanes1 x) => new(MathF.Sqrt(x.value));

    public static float Sum(Lanes1 value) => value.value;

    public static Lanes1 operator +(Lanes1 a, Lanes1 b) => new(a.value + b.value);

    public static Lanes1 operator -(Lanes1 a, Lanes1 b) => new(a.value - b.value);

    public static Lanes1 operator *(Lanes1 a, Lanes1 b) => new(a.value * b.value);

    public static Lanes1 operator /(Lanes1 a, Lanes1 b) => new(a.value / b.value);
}
