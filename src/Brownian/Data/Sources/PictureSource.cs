namespace Brownian.Data.Sources;

/// <summary>Pictures of any size and kind, before they become a data set: where they lie, their classes and captions.</summary>
internal abstract class PictureSource : IDisposable
{
    public abstract string Name { get; }

    public abstract int Count { get; }

    public virtual IReadOnlyList<string>? ClassNames => null;

    /// <summary>What to call a picture in a message.</summary>
    public abstract string NameOf(int index);

    public virtual int? Label(int index) => null;

    public virtual string? Caption(int index) => null;

    /// <summary>Decodes a picture; safe from several threads.</summary>
    public abstract PixelBuffer Load(int index);

    /// <summary>Lets go of files and encoded pictures; names, classes and captions stay.</summary>
    public virtual void Dispose()
    {
    }
}
