using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.UNet;

/// <summary>Height and width in pixels; one number in a configuration means a square.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>A square.</summary>
    public static implicit operator ImageSize(int side) => new(side, side);

    internal sealed class Converter : JsonConverter<ImageSize>
    {
        public override ImageSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                return reader.GetInt32();
            }

            var sides = JsonSerializer.Deserialize<int[]>(ref reader, options);
            return sides is [var height, var width]
                ? new(height, width)
                : throw new JsonException("sample_size: expected a number or [height, width].");
        }

        public override void Write(Utf8JsonWriter writer, ImageSize value, JsonSerializerOptions options)
        {
            if (value.Height == value.Width)
            {
                writer.WriteNumberValue(value.Height);
                return;
            }

            writer.WriteStartArray();
            writer.WriteNumberValue(value.Height);
            writer.WriteNumberValue(value.Width);
            writer.WriteEndArray();
        }
    }
}
