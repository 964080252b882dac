namespace Brownian.Cli.Live;

/// <summary>Images a second: the median of the last steps, so that a slow one (a saved checkpoint, a sample) does not shake it.</summary>
internal sealed class Pace
{
    private const int Steps = 20;
    private const int WarmUp = 2;
    private readonly Queue<double> recent = new();
    private int seen;

    public double ImagesPerSecond => recent.Count == 0 ? 0 : recent.Order().ElementAt(recent.Count / 2);

    public void Add(double imagesPerSecond)
    {
        // The first steps allocate and choose algorithms.
        if (seen++ >= WarmUp || recent.Count == 0)
        {
            recent.Enqueue(imagesPerSecond);
        }

        if (recent.Count > Steps || seen == WarmUp + 1 && recent.Count > 1)
        {
            recent.Dequeue();
        }
    }
}
