namespace Brownian.Data.Hub;

/// <summary>Where models are fetched from and kept: the settings that Python's huggingface_hub has, under the same names.</summary>
public sealed record HubSettings
{
    /// <summary>The hub: <c>HF_ENDPOINT</c>, else https://huggingface.co.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>
    /// The folder with the models: <c>HF_HUB_CACHE</c>, else <c>hub</c> in <c>HF_HOME</c>, else in <c>huggingface</c> in <c>XDG_CACHE_HOME</c> or ~/.cache.
    /// </summary>
    public required string Cache { get; init; }

    /// <summary>
    /// What proves who asks: <c>HF_TOKEN</c>, else the file <c>token</c> in <c>HF_HOME</c> (or at <c>HF_TOKEN_PATH</c>); null for nobody, and where
    /// <c>HF_HUB_DISABLE_IMPLICIT_TOKEN</c> is set.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Whether only what is in the cache may be used: <c>HF_HUB_OFFLINE</c>, or <c>TRANSFORMERS_OFFLINE</c>.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The settings of this process.</summary>
    public static HubSettings OfProcess() => Read(Environment.GetEnvironmentVariable);

    /// <summary>Settings by their names.</summary>
    /// <param name="variable">The value of an environment variable, or null.</param>
    /// <exception cref="ArgumentException"><c>HF_ENDPOINT</c> is no address.</exception>
    public static HubSettings Read(Func<string, string?> variable)
    {
        string? Set(string name) => variable(name) is { Length: > 0 } value ? value : null;
        string? Folder(string name) => Set(name) is not { } value ? null : value == "~" || value.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, value[1..].TrimStart('/')) : value;
        bool Is(string name) => (Set(name) ?? "0").ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON";
        var caches = Folder("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache");
        var home = Folder("HF_HOME") ?? Path.Combine(caches, "huggingface");
        var tokenFile = Folder("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
        return new()
        {
            Endpoint = Address(Set("HF_ENDPOINT") ?? "https://huggingface.co"),
            Cache = Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"),
            Token = Is("HF_HUB_DISABLE_IMPLICIT_TOKEN") ? null : (Set("HF_TOKEN") ?? Set("HUGGING_FACE_HUB_TOKEN"))?.Trim() is { Length: > 0 } given ? given
                : File.Exists(tokenFile) && File.ReadAllText(tokenFile).Trim() is { Length: > 0 } token ? token : null,
            IsOffline = Is("HF_HUB_OFFLINE") || Is("TRANSFORMERS_OFFLINE"),
        };
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static Uri Address(string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new ArgumentException($"HF_ENDPOINT: expected an address such as https://huggingface.co; got '{text}'.", nameof(text));
}
