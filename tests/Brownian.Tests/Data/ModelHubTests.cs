using System.Text;
using Brownian.Data.Download;
using Brownian.Data.Hub;
using Brownian.Tests.Checkpoints;

namespace Brownian.Tests.Data;

public sealed class ModelHubTests : IDisposable
{
    private const string Index = """{"_class_name":"DDPMPipeline","scheduler":["diffusers","DDPMScheduler"],"unet":["diffusers","UNet2DModel"],"safety_checker":[null,null]}""";

    private readonly TemporaryFolder folder = new();

    private readonly Dictionary<string, byte[]> files = new()
    {
        [".gitattributes"] = [1],
        ["README.md"] = "hello"u8.ToArray(),
        ["model_index.json"] = Encoding.UTF8.GetBytes(Index),
        ["scheduler/scheduler_config.json"] = "{}"u8.ToArray(),
        ["unet/config.json"] = "{\"a\": 1}"u8.ToArray(),
        ["unet/diffusion_pytorch_model.bin"] = Pictures.Noise(1, 100, 100, seed: 2).Pixels,
        ["unet/diffusion_pytorch_model.safetensors"] = Pictures.Noise(1, 300, 400).Pixels,
        ["unet/diffusion_pytorch_model.fp16.safetensors"] = Pictures.Noise(1, 50, 50, seed: 3).Pixels,
        ["v1.ckpt"] = [1, 2, 3],
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_comes_in_the_layout_that_Pythons_programs_read()
    {
        using var server = new HubServer(files);
        var place = Hub(server).Fetch("org/model");
        Assert.Equal(folder[$"hub/models--org--model/snapshots/{HubServer.Commit}"], place);
        Assert.Equal(HubServer.Commit, File.ReadAllText(folder["hub/models--org--model/refs/main"]));
        Assert.Equal(
            ["README.md", "model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors"], FilesIn(place));
        foreach (var path in FilesIn(place))
        {
            Assert.Equal(files[path], File.ReadAllBytes(Path.Combine(place, path)));
            Assert.Equal(
                Path.Combine(string.Concat(Enumerable.Repeat("../", 2 + path.Count(c => c == '/'))) + "blobs", HubServer.Hash(files[path], HubServer.IsLarge(path))),
                new FileInfo(Path.Combine(place, path)).LinkTarget);
        }
    }

    [Fact]
    public void Nothing_is_fetched_twice_and_without_a_connection_the_cache_answers()
    {
        string place;
        using (var server = new HubServer(files))
        {
            place = Hub(server).Fetch("org/model");
            server.Requests.Clear();
            Assert.Equal(0, Hub(server).Plan("org/model").MissingBytes);
            Assert.Equal(place, Hub(server).Fetch("org/model"));
            Assert.DoesNotContain(server.Requests, request => request.Path.Contains("resolve", StringComparison.Ordinal));
        }

        var settings = new HubSettings { Cache = folder["hub"], Endpoint = new("http://127.0.0.1:9"), IsOffline = true };
        Assert.Equal(place, new ModelHub(settings).Fetch("org/model"));
        Assert.Equal(place, new ModelHub(settings).Fetch("org/model", HubServer.Commit));
        Assert.Contains("is not in", Assert.Throws<DownloadException>(() => new ModelHub(settings).Fetch("org/model", "v2")).Message, StringComparison.Ordinal);
        var error = Assert.Throws<DownloadException>(() => new ModelHub(settings with { IsOffline = false }) { Pause = TimeSpan.Zero }.Fetch("org/model"));
        Assert.Contains("No connection to 127.0.0.1:9", error.Message, StringComparison.Ordinal);
        Assert.Contains("--offline", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_connection_is_resumed_and_failures_of_the_server_are_waited_for()
    {
        using var server = new HubServer(files) { CutAfter = 50_000, Failures = 2 };
        var place = Hub(server).Fetch("org/model");
        Assert.Equal(files["unet/diffusion_pytorch_model.safetensors"], File.ReadAllBytes(Path.Combine(place, "unet/diffusion_pytorch_model.safetensors")));
        Assert.Equal([null, "bytes=50000-", "bytes=100000-"], server.Requests.Where(r => r.Path.StartsWith("/cdn", StringComparison.Ordinal)).Select(r => r.Range));
    }

    [Fact]
    public void What_Python_left_unfinished_is_finished()
    {
        using var server = new HubServer(files);
        var content = files["unet/diffusion_pytorch_model.safetensors"];
        Directory.CreateDirectory(folder["hub/models--org--model/blobs"]);
        File.WriteAllBytes(folder[$"hub/models--org--model/blobs/{HubServer.Hash(content, true)}.incomplete"], content[..70_000]);
        var place = Hub(server).Fetch("org/model");
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(place, "unet/diffusion_pytorch_model.safetensors")));
        Assert.Contains(server.Requests, request => request.Range == "bytes=70000-");
    }

    [Fact]
    public void Wrong_content_leaves_nothing_and_says_both_checksums()
    {
        using var server = new HubServer(files) { Corrupts = true };
        var error = Assert.Throws<DownloadException>(() => Hub(server).Fetch("org/model"));
        Assert.Contains("unet/diffusion_pytorch_model.safetensors of org/model could not be fetched", error.Message, StringComparison.Ordinal);
        Assert.Contains(HubServer.Hash(files["unet/diffusion_pytorch_model.safetensors"], true), error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["hub/models--org--model/refs/main"]));
        server.Corrupts = false;
        Assert.Equal(5, FilesIn(Hub(server).Fetch("org/model")).Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_wrong_length_is_not_believed(int wrong)
    {
        using var server = new HubServer(files) { WrongLength = wrong };
        Assert.Contains("could not be fetched", Assert.Throws<DownloadException>(() => Hub(server).Fetch("org/model")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_token_goes_to_the_hub_and_not_to_where_it_redirects()
    {
        using var server = new HubServer(files) { Token = "hf_secret" };
        Hub(server, "hf_secret").Fetch("org/model");
        Assert.All(server.Requests, request => Assert.Equal(!request.Path.StartsWith("/cdn", StringComparison.Ordinal), request.HasToken));
        Assert.Contains(server.Requests, request => request.Path.StartsWith("/cdn", StringComparison.Ordinal));
    }

    [Fact]
    public void A_renamed_model_is_followed_and_kept_under_the_name_that_was_asked_for()
    {
        using var server = new HubServer(files) { OldName = "old/name", Token = "t" };
        Assert.StartsWith(folder["hub/models--old--name/snapshots"], Hub(server, "t").Fetch("old/name"), StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_say_what_to_do()
    {
        using var server = new HubServer(files) { Token = "t" };
        Refused(() => Hub(server).Fetch("org/model"), "has no model 'org/model', or it is private", "No token was given", "--token or HF_TOKEN");
        Refused(() => Hub(server, "t").Fetch("org/other"), "has no model 'org/other'");
        Refused(() => Hub(server, "t").Fetch("org/model", "v9"), "org/model has no revision 'v9'");
        using var gated = new HubServer(files) { Token = "t", IsGated = true };
        Refused(() => Hub(gated, "wrong").Fetch("org/model"), "org/model is gated", "Accept its conditions", "The token that was given does not suffice");
        using var failing = new HubServer(files) { Failures = int.MaxValue };
        Refused(() => Hub(failing).Fetch("org/model"), "failed with 503");
        Assert.Throws<ArgumentException>(() => Hub(server).Fetch("../x"));
        Assert.Throws<ArgumentException>(() => Hub(server).Fetch("a/b/c"));
    }

    [Fact]
    public void A_full_disk_is_told_before_anything_is_fetched()
    {
        using var server = new HubServer(files);
        var hub = new ModelHub(Settings(server)) { FreeBytes = _ => 1000 };
        Refused(() => hub.Fetch("org/model"), "org/model needs 0.00 GB", "HF_HOME");
        Assert.DoesNotContain(server.Requests, request => request.Path.StartsWith("/cdn", StringComparison.Ordinal));
    }

    [Fact]
    public void A_disk_that_fills_up_on_the_way_is_told_at_once_and_what_has_come_is_kept()
    {
        using var server = new HubServer(files);
        var room = 80_000;
        void Write(FileStream part, byte[] buffer, int count)
        {
            part.Write(buffer, 0, Math.Min(count, room));
            room -= Math.Min(count, room);
            _ = room > 0 ? 0 : throw new IOException("No space left on device");
        }

        Refused(() => new ModelHub(Settings(server)) { Write = Write }.Fetch("org/model"), "No space left on device", "Free some space", "What has come is kept");
        Assert.Single(server.Requests, request => request.Path.StartsWith("/cdn", StringComparison.Ordinal));
        Assert.True(new FileInfo(Directory.GetFiles(folder["hub/models--org--model/blobs"], "*.incomplete").Single()).Length > 50_000);
        Assert.Equal(5, FilesIn(Hub(server).Fetch("org/model")).Count());
        Assert.Contains(server.Requests, request => request.Range is not null);
    }

    [Fact]
    public async Task A_content_that_another_program_is_fetching_is_waited_for()
    {
        using var server = new HubServer(files);
        var hash = HubServer.Hash(files["unet/diffusion_pytorch_model.safetensors"], true);
        Directory.CreateDirectory(folder["hub/.locks/models--org--model"]);
        Task<string> fetch;
        using (new FileStream(folder[$"hub/.locks/models--org--model/{hash}.lock"], FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            fetch = Task.Run(() => Hub(server).Fetch("org/model"));
            Assert.NotSame(fetch, await Task.WhenAny(fetch, Task.Delay(400)));
            Assert.DoesNotContain(server.Requests, request => request.Path.StartsWith("/cdn", StringComparison.Ordinal));
        }

        Assert.Equal(5, FilesIn(await fetch.WaitAsync(TimeSpan.FromSeconds(10))).Count());
    }

    [Fact]
    public void A_server_that_asks_for_patience_gets_it()
    {
        using var server = new HubServer(files) { Refusals = 2, RetryAfter = 0 };
        Assert.Equal(5, FilesIn(Hub(server).Fetch("org/model")).Count());
        Assert.Equal(3, server.Requests.Count(request => request.Path.StartsWith("/cdn", StringComparison.Ordinal)));
        using var slow = new HubServer(files) { Refusals = 1, RetryAfter = 1 };
        var begin = TimeProvider.System.GetTimestamp();
        new ModelHub(Settings(slow) with { Cache = folder["slow"] }) { Pause = TimeSpan.FromMilliseconds(1) }.Fetch("org/model");
        Assert.True(TimeProvider.System.GetElapsedTime(begin).TotalSeconds >= 0.9);
    }

    [Fact]
    public void A_list_that_reaches_out_of_the_cache_is_refused()
    {
        using var server = new HubServer(new() { ["../../evil.json"] = [1] });
        Refused(() => Hub(server).Fetch("org/model"), "an entry that is not as it should be: '../../evil.json'");
    }

    [Fact]
    public void Patterns_and_revisions_choose()
    {
        using var server = new HubServer(files);
        var place = Hub(server).Fetch("org/model", "refs/pr/1", new() { Include = ["unet/*"], Exclude = ["*.safetensors"] });
        Assert.Equal(["unet/config.json", "unet/diffusion_pytorch_model.bin"], FilesIn(place).Where(path => path != "model_index.json"));
        Assert.True(File.Exists(folder["hub/models--org--model/refs/refs/pr/1"]));
        var half = Hub(server).Plan("org/model", selection: new() { Variant = "fp16" });
        Assert.Contains(half.Files, file => file.Path == "unet/diffusion_pytorch_model.fp16.safetensors");
        Assert.DoesNotContain(half.Files, file => file.Path == "unet/diffusion_pytorch_model.safetensors");
    }

    [Theory]
    [InlineData("a.safetensors b.bin", "a.safetensors")]
    [InlineData("a.bin", "a.bin")]
    [InlineData("m-00001-of-00002.safetensors m-00002-of-00002.safetensors m.safetensors.index.json m.bin", "m-00001-of-00002.safetensors m-00002-of-00002.safetensors m.safetensors.index.json")]
    [InlineData("m.fp16-00001-of-00001.safetensors m.safetensors.index.fp16.json m.safetensors", "m.safetensors")]
    [InlineData("m.fp16.safetensors m.non_ema.safetensors", "m.fp16.safetensors")]
    [InlineData("m.onnx flax_model.msgpack tf.h5 config.json", "config.json")]
    public void One_set_of_weights_is_chosen_in_a_folder(string there, string chosen)
    {
        var list = there.Split(' ').Select(name => new HubFile(name, 1, "", true)).ToArray();
        Assert.Equal(chosen.Split(' '), new HubSelection().Choose(list).Select(file => file.Path));
    }

    [Fact]
    public void Settings_have_the_names_that_Python_has()
    {
        File.WriteAllText(folder["token"], "from-file\n");
        var settings = HubSettings.Read(name => name switch { "HF_HOME" => folder.Path, "HF_ENDPOINT" => "https://hub.example/", _ => null });
        Assert.Equal((folder["hub"], "from-file", "hub.example", false), (settings.Cache, settings.Token, settings.Endpoint.Host, settings.IsOffline));
        settings = HubSettings.Read(name => name switch { "HF_HUB_CACHE" => "/c", "HF_TOKEN" => "t", "HF_HUB_OFFLINE" => "1", "HF_HOME" => folder.Path, _ => null });
        Assert.Equal(("/c", "t", true), (settings.Cache, settings.Token, settings.IsOffline));
        Assert.EndsWith("huggingface/hub", HubSettings.Read(name => name == "XDG_CACHE_HOME" ? "/x" : null).Cache, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => HubSettings.Read(name => name == "HF_ENDPOINT" ? "ftp://x" : null));
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(Path.Combine(user, "models", "hub"), HubSettings.Read(name => name == "HF_HOME" ? "~/models" : null).Cache);
        settings = HubSettings.Read(name => name switch { "HUGGING_FACE_HUB_TOKEN" => " old ", "TRANSFORMERS_OFFLINE" => "true", _ => null });
        Assert.Equal(("old", true), (settings.Token, settings.IsOffline));
        Assert.Null(HubSettings.Read(name => name switch { "HF_TOKEN" => "t", "HF_HUB_DISABLE_IMPLICIT_TOKEN" => "1", _ => null }).Token);
    }

    private static void Refused(Func<object> fetch, params string[] expected)
    {
        var error = Assert.Throws<DownloadException>(fetch);
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static IEnumerable<string> FilesIn(string place) =>
        Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(place, path)).Order(StringComparer.Ordinal);

    private ModelHub Hub(HubServer server, string? token = null) => new(Settings(server, token)) { Pause = TimeSpan.FromMilliseconds(1) };

    private HubSettings Settings(HubServer server, string? token = null) => new() { Cache = folder["hub"], Endpoint = server.Address, Token = token };
}
