using System.Globalization;

namespace Brownian.Checkpoints;

/// <summary>
/// What a weights' file says of itself. What changes from checkpoint to checkpoint stands here and not in brownian.json: a kill between
/// two files cannot part it from the weights.
/// </summary>
internal static class WeightNotes
{
    public const string StepName = "brownian.step", ImagesName = "brownian.images", PartName = "brownian.part";

    public static Dictionary<string, string> Of(Provenance provenance)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(StepName, provenance.Step?.ToString(CultureInfo.InvariantCulture));
        Add(ImagesName, provenance.Images?.ToString(CultureInfo.InvariantCulture));
        Add(PartName, provenance.Weights);
        return notes;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                notes[name] = value;
            }
        }
    }

    public static long? Step(IReadOnlyDictionary<string, string> notes) => Number(notes, StepName);

    public static long? Images(IReadOnlyDictionary<string, string> notes) => Number(notes, ImagesName);

    public static string? Part(IReadOnlyDictionary<string, string> notes) => notes.TryGetValue(PartName, out var part) ? part : null;

    private static long? Number(IReadOnlyDictionary<string, string> notes, string name) =>
        notes.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
