using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.Conditional;

/// <summary>One value for all levels of a network, or one for each, from the image inwards. A file has the value, or a list of values.</summary>
/// <typeparam name="T">The values' type.</typeparam>
[JsonConverter(typeof(OneOrManyConverter))]
public sealed class OneOrMany<T>
{
    private readonly T[] values;

    /// <summary>One value for all.</summary>
    public OneOrMany(T value)
    {
        IsOne = true;
        values = [value];
    }

    /// <summary>One value for each.</summary>
    public OneOrMany(IEnumerable<T> values) => this.values = [.. values];

    /// <summary>Whether there is one value for all.</summary>
    public bool IsOne { get; }

    /// <summary>The values: one, or one for each.</summary>
    public IReadOnlyList<T> Values => values;

    /// <summary>The value of item <paramref name="index"/>.</summary>
    public T this[int index] => IsOne ? values[0] : values[index];

    /// <summary>One value for all.</summary>
    public static implicit operator OneOrMany<T>(T value) => new(value);

    /// <summary>The values of <paramref name="count"/> items.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="name">What a file calls them.</param>
    /// <exception cref="ArgumentException">There are more or fewer values.</exception>
    internal T[] For(int count, string name) => IsOne || values.Length == count
        ? [.. Enumerable.Range(0, count).Select(i => this[i])]
        : throw new ArgumentException($"{name}: expected one value, or {count}; got {values.Length}.");
}

/// <summary>Reads and writes <see cref="OneOrMany{T}"/>.</summary>
internal sealed class OneOrManyConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(OneOrMany<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<OneOrMany<T>>
    {
        public override OneOrMany<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartArray
                ? new(JsonSerializer.Deserialize<T[]>(ref reader, options)!)
                : new(JsonSerializer.Deserialize<T>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, OneOrMany<T> value, JsonSerializerOptions options)
        {
            if (value.IsOne)
            {
                JsonSerializer.Serialize(writer, value[0], options);
            }
            else
            {
                JsonSerializer.Serialize(writer, value.Values, options);
            }
        }
    }
}
