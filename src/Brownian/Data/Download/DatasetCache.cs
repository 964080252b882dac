using System.Formats.Tar;
using System.IO.Compression;
using Brownian.Data.Formats;

namespace Brownian.Data.Download;

/// <summary>
/// The data sets that are downloaded by name, and where they are kept: <c>$BROWNIAN_CACHE</c>, else <c>$XDG_CACHE_HOME/brownian</c>, else
/// <c>~/.cache/brownian</c> (on Windows the local application data), each set in <c>datasets/NAME</c>.
/// </summary>
public static class DatasetCache
{
    private static readonly string[] MnistPlaces = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"];

    private static readonly string[] FashionPlaces =
        ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"];

    private static readonly string[] CifarPlaces = ["https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"];

    private static readonly Lazy<HttpClient> Client = new(() =>
        new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) }) { Timeout = Timeout.InfiniteTimeSpan });

    /// <summary>The folder of the downloaded sets.</summary>
    public static string Root => Path.Combine(
        Environment.GetEnvironmentVariable("BROWNIAN_CACHE") is { Length: > 0 } own ? own
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? Path.Combine(xdg, "brownian")
            : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "brownian", "cache")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "brownian"),
        "datasets");

    /// <summary>The folder with a set's files, downloaded first if need be.</summary>
    /// <param name="name"><c>mnist</c>, <c>fashion-mnist</c> or <c>cifar10</c>.</param>
    /// <param name="progress">Told about the bytes as they come.</param>
    /// <param name="cancellation">Stops the download; what has come is kept and resumed the next time.</param>
    /// <exception cref="DownloadException">No connection, or no right content; the message says how to use local copies.</exception>
    public static string Fetch(string name, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default) =>
        Fetch(name, FilesOf(name), Path.Combine(Root, name), new Downloader(Client.Value, progress), cancellation);

    internal static string Fetch(string name, IReadOnlyList<RemoteFile> files, string folder, Downloader downloader, CancellationToken cancellation = default)
    {
        try
        {
            foreach (var file in files)
            {
                if (!file.Name.EndsWith(".tar.gz", StringComparison.Ordinal))
                {
                    downloader.Fetch(file, folder, cancellation);
                }
                else if (!CifarFolder.IsTenIn(folder, "train") || !CifarFolder.IsTenIn(folder, "test"))
                {
                    Unpack(downloader.Fetch(file, folder, cancellation), folder);
                }
            }

            return folder;
        }
        catch (Exception error) when (error is DownloadException or UnauthorizedAccessException or IOException)
        {
            var names = string.Join(", ", files.Select(file => file.Name));
            throw new DownloadException(
                $"{name} could not be downloaded to {folder}. {error.Message} Without a connection, get {names} from {files[0].Mirrors[0].GetLeftPart(UriPartial.Authority)} or another copy and give their folder with --data-dir FOLDER.",
                error);
        }
    }

    internal static IReadOnlyList<RemoteFile> FilesOf(string name) => name switch
    {
        "mnist" =>
        [
            At(MnistPlaces, "train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            At(MnistPlaces, "train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            At(MnistPlaces, "t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            At(MnistPlaces, "t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        "fashion-mnist" =>
        [
            At(FashionPlaces, "train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            At(FashionPlaces, "train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            At(FashionPlaces, "t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            At(FashionPlaces, "t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        "cifar10" => [At(CifarPlaces, "cifar-10-binary.tar.gz", 170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")],
        _ => throw new ArgumentException($"No download is known for '{name}'; expected mnist, fashion-mnist or cifar10.", nameof(name)),
    };

    private static RemoteFile At(string[] places, string name, long length, string sha256) =>
        new(name, length, sha256, Array.ConvertAll(places, place => new Uri(place + name)));

    /// <summary>Takes the six .bin files out of the archive, each by way of a temporary name, and deletes the archive.</summary>
    private static void Unpack(string archive, string folder)
    {
        var wanted = CifarFolder.TenFiles("train").Concat(CifarFolder.TenFiles("test")).ToHashSet(StringComparer.Ordinal);
        using (var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress)))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                var name = Path.GetFileName(entry.Name);
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && wanted.Contains(name))
                {
                    entry.ExtractToFile(Path.Combine(folder, name + ".part"), overwrite: true);
                    File.Move(Path.Combine(folder, name + ".part"), Path.Combine(folder, name), overwrite: true);
                }
            }
        }

        File.Delete(archive);
    }
}
