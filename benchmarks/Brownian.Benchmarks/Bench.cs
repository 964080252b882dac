using Brownian.Runtime.Benchmarking;
using static TorchSharp.torch;

namespace Brownian.Benchmarks;

/// <summary>What all sections share: how long to measure, and where rows go.</summary>
internal sealed class Bench(bool quick)
{
    private readonly Dictionary<ScalarType, MachinePeak> peaks = [];

    public List<Row> Rows { get; } = [];

    public bool Quick => quick;

    public int Rounds => quick ? 3 : 15;

    public TimeSpan Budget => TimeSpan.FromSeconds(quick ? 10 : 90);

    /// <summary>The convolution peak of a type, measured on first use.</summary>
    public MachinePeak Peak(ScalarType type)
    {
        if (!peaks.TryGetValue(type, out var peak))
        {
            peaks[type] = peak = MachinePeak.Measure(type, TimeSpan.FromSeconds(quick ? 3 : 15));
            Add(new("peak", $"matrix product 2048, {type}", Gigaflops: peak.MatrixProduct));
            Add(new("peak", $"3×3 convolution, {type}", Gigaflops: peak.Convolution));
        }

        return peak;
    }

    /// <summary>Times the works in turn; the first is the baseline.</summary>
    public void Compare(string section, IReadOnlyList<(string Name, ScalarType Type, Action Work)> works, double flops, int? rounds = null)
    {
        foreach (var type in works.Select(w => w.Type).Distinct())
        {
            Peak(type);
        }

        var timings = Interleaved.Run([.. works.Select(w => (w.Name, w.Work))], rounds ?? Rounds, Budget);
        for (var i = 0; i < works.Count; i++)
        {
            var rate = flops / timings[i].Median / 1e9;
            Add(new(section, works[i].Name, timings[i].Median * 1e3, timings[i].Best * 1e3, rate,
                rate / Peak(works[i].Type).Convolution, i == 0 ? null : timings[i].SpeedupOver(timings[0])));
        }
    }

    public void Add(Row row)
    {
        Rows.Add(row);
        Console.WriteLine(Report.Line(row));
    }
}
