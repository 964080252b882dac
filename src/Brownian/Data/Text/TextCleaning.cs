namespace Brownian.Data.Text;

/// <summary>What a tokenizer does to a text before it takes it apart.</summary>
public enum TextCleaning
{
    /// <summary>
    /// Hugging Face's tokenizer where ftfy is not installed, which is the usual case: control characters go, Chinese characters are words, letters are composed (NFC)
    /// and lower.
    /// </summary>
    Basic,

    /// <summary>Hugging Face's tokenizer where ftfy is installed: glitches are mended (wrong encodings, curly quotes, wide letters), letters are lower.</summary>
    Ftfy,

    /// <summary>OpenAI's tokenizer: glitches are mended, HTML's character references are read twice, letters are lower. CLIP was trained so.</summary>
    OpenAi,
}
