using System.Globalization;
using System.Numerics;
using System.Text;

namespace Brownian.Checkpoints;

/// <summary>
/// Reads pickles of protocols 2 to 5 as data. A pickle is a program for a stack machine that may call any function by its name; this machine
/// has no functions but those of <see cref="PickleBuilder"/>, which make tensors, numbers and containers. Any other name is refused.
/// </summary>
/// <remarks>Memory is bounded by the pickle's length, steps by <see cref="MaxSteps"/>; there is no recursion.</remarks>
internal sealed class Unpickler(PickleInput input, PickleBuilder builder)
{
    private const int MaxSteps = 20_000_000;
    private const int MaxDigits = 1000;

    private static readonly object Mark = new();

    private readonly Stack<object?> stack = new();
    private readonly Dictionary<long, object?> memo = [];

    /// <summary>The object that the pickle describes; what follows it in the input is not read.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged, or asks for what is not known.</exception>
    public object? Load()
    {
        for (var steps = 0; steps < MaxSteps; steps++)
        {
            var code = input.Byte();
            if (code == (byte)'.')
            {
                return Pop();
            }

            if (!Numbers(code) && !Texts(code) && !Containers(code) && !Memory(code))
            {
                Calls(code);
            }
        }

        throw input.Bad($"the pickle has more than {MaxSteps} steps");
    }

    private bool Numbers(byte code)
    {
        switch ((char)code)
        {
            case 'N': Push(null); return true;
            case 'K': Push((long)input.Byte()); return true;
            case 'M': Push((long)input.UInt16()); return true;
            case 'J': Push((long)input.Int32()); return true;
            case 'G': Push(input.BigEndianDouble()); return true;
            case '\x88': Push(true); return true;
            case '\x89': Push(false); return true;
            case '\x8a': Push(Integer(input.Byte())); return true;
            case '\x8b': Push(Integer(input.Int32())); return true;
            case 'I': Push(input.Line() switch { "00" => false, "01" => true, var text => Integer(text) }); return true;
            case 'L': Push(Integer(input.Line().TrimEnd('L'))); return true;
            case 'F': Push(Real(input.Line())); return true;
            default: return false;
        }
    }

    private bool Texts(byte code)
    {
        switch ((char)code)
        {
            case 'X': Push(input.Utf8(input.UInt32())); return true;
            case '\x8c': Push(input.Utf8(input.Byte())); return true;
            case '\x8d': Push(input.Utf8(input.Int64())); return true;
            case 'V': Push(input.Line()); return true;
            case 'S': Push(input.Line().Trim('\'', '"')); return true;

            // Python 2's strings, which are bytes: array data among others, so that they stay bytes.
            case 'U': Push(input.Take(input.Byte()).ToArray()); return true;
            case 'T': Push(input.Take(input.Int32()).ToArray()); return true;
            case 'C': Push(input.Take(input.Byte()).ToArray()); return true;
            case 'B': Push(input.Take(input.UInt32()).ToArray()); return true;
            case '\x8e' or '\x96': Push(input.Take(input.Int64()).ToArray()); return true;
            default: return false;
        }
    }

    private bool Containers(byte code)
    {
        switch ((char)code)
        {
            case '(': stack.Push(Mark); return true;
            case ')': Push(PickleTuple.Empty); return true;
            case ']' or '\x8f': Push(new PickleList()); return true;
            case '}': Push(new PickleDictionary()); return true;
            case 't': Push(new PickleTuple(ToMark())); return true;
            case 'l' or '\x91': Append(new PickleList(), ToMark(), push: true); return true;
            case 'd': Fill(new PickleDictionary(), ToMark(), push: true); return true;
            case '\x85': Push(new PickleTuple(Last(1))); return true;
            case '\x86': Push(new PickleTuple(Last(2))); return true;
            case '\x87': Push(new PickleTuple(Last(3))); return true;
            case 'a': Append(null, Last(1)); return true;
            case 'e' or '\x90': Append(null, ToMark()); return true;
            case 's': Fill(null, Last(2)); return true;
            case 'u': Fill(null, ToMark()); return true;
            default: return false;
        }
    }

    private bool Memory(byte code)
    {
        switch ((char)code)
        {
            case '\x80': Protocol(input.Byte()); return true;
            case '\x95': _ = input.Take(8); return true;
            case '0': _ = PopAny(); return true;
            case '1': _ = ToMark(); return true;
            case '2': Push(Peek()); return true;
            case 'q': memo[input.Byte()] = Peek(); return true;
            case 'r': memo[input.UInt32()] = Peek(); return true;
            case 'p': memo[Small(input.Line())] = Peek(); return true;
            case '\x94': memo[memo.Count] = Peek(); return true;
            case 'h': Push(Recall(input.Byte())); return true;
            case 'j': Push(Recall(input.UInt32())); return true;
            case 'g': Push(Recall(Small(input.Line()))); return true;
            default: return false;
        }
    }

    private void Calls(byte code)
    {
        switch ((char)code)
        {
            case 'c':
                Push(builder.Name(input.Line(), input.Line(), input));
                break;
            case '\x93':
                var named = Last(2);
                Push(builder.Name(Text(named[0]), Text(named[1]), input));
                break;
            case 'R' or '\x81':
                var call = Last(2);
                Push(builder.Call(NameOf(call[0]), Tuple(call[1]).Items, input));
                break;
            case '\x92':
                throw input.Refused($"{NameOf(Last(3)[0])} with named arguments");
            case 'b':
                builder.SetState(PeekUnder(out var state), state, input);
                break;
            case 'Q':
                Push(builder.Persistent(Pop(), input));
                break;
            default:
                throw input.Bad($"the pickle's code 0x{code:x2} is not known");
        }
    }

    private void Push(object? value) => stack.Push(value);

    private object? Pop() => PopAny() is var value && !ReferenceEquals(value, Mark) ? value : throw input.Bad("the pickle takes a value where there is none");

    private object? PopAny() => stack.TryPop(out var value) ? value : throw input.Bad("the pickle takes a value from an empty stack");

    private object? Peek() => stack.TryPeek(out var value) && !ReferenceEquals(value, Mark) ? value : throw input.Bad("the pickle looks at a value where there is none");

    private object? PeekUnder(out object? state)
    {
        state = Pop();
        return Peek();
    }

    private object?[] Last(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            values[i] = Pop();
        }

        return values;
    }

    private object?[] ToMark()
    {
        var values = new List<object?>();
        while (PopAny() is var value && !ReferenceEquals(value, Mark))
        {
            values.Add(value);
        }

        values.Reverse();
        return [.. values];
    }

    private void Append(PickleList? list, object?[] values, bool push = false)
    {
        var target = list ?? Peek() as PickleList ?? throw input.Bad("the pickle appends to what is no list");
        target.Items.AddRange(values);
        if (push)
        {
            Push(target);
        }
    }

    private void Fill(PickleDictionary? dictionary, object?[] pairs, bool push = false)
    {
        var target = dictionary ?? Peek() as PickleDictionary ?? throw input.Bad("the pickle sets an item of what is no dictionary");
        if (pairs.Length % 2 != 0)
        {
            throw input.Bad("the pickle gives a key without a value");
        }

        for (var i = 0; i < pairs.Length; i += 2)
        {
            target.Set(pairs[i], pairs[i + 1]);
        }

        if (push)
        {
            Push(target);
        }
    }

    private object? Recall(long place) => memo.TryGetValue(place, out var value) ? value : throw input.Bad($"the pickle recalls value {place}, which it has not kept");

    private void Protocol(int version)
    {
        if (version is < 2 or > 5)
        {
            throw input.Bad($"pickles of protocols 2 to 5 are read; this is {version}");
        }
    }

    private object Integer(long bytes)
    {
        if (bytes is < 0 or > MaxDigits)
        {
            throw input.Bad($"an integer of {bytes} bytes");
        }

        return Narrow(new BigInteger(input.Take(bytes)));
    }

    private object Integer(string digits) =>
        digits.Length <= MaxDigits && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Narrow(value)
            : throw input.Bad("expected an integer");

    private double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw input.Bad("expected a number");

    private long Small(string digits) => Integer(digits) is long and >= 0 and var value ? value : throw input.Bad("expected a small number");

    private static object Narrow(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (long)value : value;

    private string Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.Latin1.GetString(bytes),
        _ => throw input.Bad("expected a name"),
    };

    private PickleName NameOf(object? value) => value as PickleName ?? throw input.Bad("the pickle calls what is no name");

    private PickleTuple Tuple(object? value) => value as PickleTuple ?? throw input.Bad("the pickle's arguments are no tuple");
}
