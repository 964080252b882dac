using System.Diagnostics;
using Brownian.Data;

namespace Brownian.Benchmarks.Sections;

/// <summary>Images a second that the loader hands over.</summary>
internal static class LoaderSection
{
    public static void Run(Bench bench)
    {
        foreach (var name in (string[])["builtin:strokes", "builtin:scenes"])
        {
            var dataset = DatasetCatalog.Open(name, new DatasetOptions { Count = 4096 });
            using var loader = new Loader(dataset, new LoaderOptions { BatchSize = 64 });
            for (var i = 0; i < 128; i++)
            {
                loader.Next()?.Dispose();
            }

            var start = Stopwatch.GetTimestamp();
            var count = bench.Quick ? 100 : 1000;
            for (var i = 0; i < count; i++)
            {
                loader.Next()?.Dispose();
            }

            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            bench.Add(new("loader", $"{name}, batch 64", seconds * 1e3 / count, Note: $"{64 * count / seconds:0} images/s"));
            (dataset as IDisposable)?.Dispose();
        }
    }
}
