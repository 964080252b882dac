namespace Brownian.Checkpoints;

/// <summary>Where the numbers of a PyTorch file lie.</summary>
internal interface ITorchStorages
{
    /// <summary>What is wrong with a storage's place, or null.</summary>
    string? Problem(PickledStorage storage);

    /// <summary>Where a storage begins in the file, in bytes; null when it is compressed.</summary>
    long? Offset(PickledStorage storage);

    /// <summary>The bytes of a storage and where they begin; the caller disposes <c>Bytes</c> if it is not the file itself.</summary>
    /// <exception cref="CheckpointFormatException">They are not there.</exception>
    (MappedFile Bytes, long Begin) Open(PickledStorage storage);
}
