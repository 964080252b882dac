using System.Runtime.InteropServices;
using System.Text.Json;
using Brownian.Checkpoints;

namespace Brownian.Verification;

/// <summary>What a case may throw that fails this case and not the whole verification; anything else is a defect of ours.</summary>
internal static class CaseFault
{
    /// <summary>Whether the case is to blame: its files, its numbers, or what libtorch (<see cref="ExternalException"/>) says of its shapes.</summary>
    public static bool Is(Exception error) => error is IOException or InvalidDataException or JsonException or FormatException or ArgumentException
        or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or CheckpointFormatException or MissingWeightException
        or UnsupportedLevelException or ExternalException;
}
