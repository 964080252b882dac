using Brownian.Training;

namespace Brownian.Tests.Training;

public sealed class MetricsTests
{
    [Theory]
    [InlineData(0.02, "<0.03")]
    [InlineData(0.03, "0.03-0.1")]
    [InlineData(0.5, "0.3-1")]
    [InlineData(1e4, ">30")]
    [InlineData(double.PositiveInfinity, ">30")]
    public void A_level_is_in_the_band_of_its_noise_to_signal(double ratio, string band) =>
        Assert.Equal(band, LossByLevel.NameOf(new NoiseLevel(0, double.IsInfinity(ratio) ? 0 : 1, double.IsInfinity(ratio) ? 1 : ratio)));

    [Fact]
    public void Bands_hold_means_and_start_anew()
    {
        var levels = new LossByLevel();
        levels.Add([(new(0, 1, 0.5), 1), (new(0, 1, 0.6), 3), (new(0, 1, 5), 7)]);
        Assert.Equal([("0.3-1", 2.0), ("3-10", 7.0)], levels.TakeMeans());
        Assert.Empty(levels.TakeMeans());
    }

    [Fact]
    public void The_file_is_only_appended_to_and_a_torn_line_harms_no_other()
    {
        var path = Path.GetTempFileName();
        var record = new MetricsRecord(1, 64, 0.5, 0.25, 1e-3, 2, 100, new Dictionary<string, double> { ["0.3-1"] = 0.25 });
        using (var log = new MetricsLog(path))
        {
            log.Write(record);
        }

        File.AppendAllText(path, "{\"step\": 2, \"ima");
        var before = File.ReadAllText(path);
        using (var log = new MetricsLog(path))
        {
            log.Write(record with { Step = 3 });
        }

        Assert.StartsWith(before, File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal([1, 3], MetricsLog.Read(path).Select(r => r.Step));
        Assert.Equal(record.LossByLevel, MetricsLog.Read(path)[0].LossByLevel);
        File.Delete(path);
    }
}
