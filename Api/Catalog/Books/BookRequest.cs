using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Books;

/// <summary>A book as an administrator writes it: all of it, what is left out becomes empty.</summary>
internal sealed record BookRequest(
    [property: Required, MaxLength(Book.MaxNameLength)] string? Title,
    [property: MaxLength(Book.MaxNameLength)] string? Subtitle = null,
    [property: Description("Authors in the order of the title page; at most 50.")] IReadOnlyList<Guid>? AuthorIds = null,
    [property: Description("Categories; at most 50.")] IReadOnlyList<Guid>? CategoryIds = null,
    [property: Description("BCP 47.")] string? Language = null,
    [property: Range(BookRequest.MinYear, BookRequest.MaxYear), Description("Year of first publication; negative is BC.")] int? PublishedYear = null,
    [property: MaxLength(Book.MaxNameLength)] string? Publisher = null,
    [property: MaxLength(Book.MaxDescriptionLength)] string? Description = null,
    BookRequest.NumbersRequest? Identifiers = null,
    [property: Description("An absolute http or https address.")] string? CoverUrl = null,
    [property: Description("One a language; at most 50.")] IReadOnlyList<BookRequest.TranslationRequest>? Translations = null)
{
    private const int MinYear = -5000;
    private const int MaxYear = 2200;
    private const int MaxParts = 50;

    /// <summary>The numbers a book is known by. One form of an ISBN is enough; the other follows from it.</summary>
    internal sealed record NumbersRequest(
        [property: Description("Hyphens are allowed; the check digit must be right.")] string? Isbn10 = null,
        [property: Description("Hyphens are allowed; the check digit must be right.")] string? Isbn13 = null,
        [property: Description("The book's number in goodbooks-10k.")] string? Goodbooks = null);

    internal sealed record TranslationRequest(
        [property: Required, Description("BCP 47.")] string? Language,
        [property: Required, MaxLength(Book.MaxNameLength)] string? Title,
        [property: MaxLength(Book.MaxDescriptionLength)] string? Description = null);

    /// <summary>Makes the book what the request says, parts included.</summary>
    /// <param name="book">A new book, or one with all its parts loaded.</param>
    /// <param name="now">The time of the change.</param>
    /// <param name="errors">Gets what is wrong; then the book must not be saved.</param>
    internal void Apply(Book book, DateTimeOffset now, FieldErrors errors)
    {
        book.Title = errors.Text("title", Title, Book.MaxNameLength);
        book.Subtitle = errors.OptionalText("subtitle", Subtitle, Book.MaxNameLength);
        book.Language = ReadLanguage("language", Language, errors);
        book.PublishedYear = PublishedYear;
        book.Publisher = errors.OptionalText("publisher", Publisher, Book.MaxNameLength);
        book.Description = errors.OptionalText("description", Description, Book.MaxDescriptionLength);
        book.CoverUrl = errors.OptionalText("coverUrl", CoverUrl, 2000);
        book.UpdatedAt = now;
        if (PublishedYear is < MinYear or > MaxYear)
        {
            errors.Add("publishedYear", $"publishedYear must be from {MinYear} to {MaxYear}.");
        }

        if (book.CoverUrl is { } cover && !(Uri.TryCreate(cover, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            errors.Add("coverUrl", "coverUrl must be an absolute http or https address.");
        }

        ApplyIdentifiers(book, errors);
        ApplyTranslations(book, errors);
        ApplyAuthors(book, errors);
        ApplyCategories(book, errors);
    }

    /// <summary>
    /// Checks that authors and categories exist, and holds them so until the transaction ends: deleting one waits for it
    /// and then finds the book.
    /// </summary>
    internal async Task LockReferencesAsync(PlatformDbContext db, FieldErrors errors, CancellationToken cancellationToken)
    {
        // By id, so that two writers never wait for each other.
        var authors = AuthorIds?.Order().ToArray() ?? [];
        var authorsFound = await db.Database.SqlQuery<Guid>(
            $"SELECT id FROM catalog.authors WHERE id = ANY ({authors}) AND deleted_at IS NULL ORDER BY id FOR SHARE").ToListAsync(cancellationToken);
        var categories = CategoryIds?.Order().ToArray() ?? [];
        var categoriesFound = await db.Database.SqlQuery<Guid>(
            $"SELECT id FROM catalog.categories WHERE id = ANY ({categories}) AND deleted_at IS NULL ORDER BY id FOR SHARE").ToListAsync(cancellationToken);
        foreach (var missing in authors.Except(authorsFound))
        {
            errors.Add("authorIds", $"authorIds must be ids of authors; {missing} is none.");
        }

        foreach (var missing in categories.Except(categoriesFound))
        {
            errors.Add("categoryIds", $"categoryIds must be ids of categories; {missing} is none.");
        }
    }

    private static string? ReadLanguage(string field, string? text, FieldErrors errors)
    {
        if (LanguageTag.TryParse(text, out var tag) || string.IsNullOrEmpty(text))
        {
            return tag;
        }

        errors.Add(field, $"{field} must be {LanguageTag.Allowed}.");
        return null;
    }

    private void ApplyIdentifiers(Book book, FieldErrors errors)
    {
        var isbn10 = ReadIsbn("identifiers.isbn10", Identifiers?.Isbn10, errors);
        var isbn13 = ReadIsbn("identifiers.isbn13", Identifiers?.Isbn13, errors);
        if (isbn10 is { } ten && isbn13 is { } thirteen && ten != thirteen)
        {
            errors.Add("identifiers.isbn13", $"identifiers.isbn13 must be the same number as identifiers.isbn10, {ten.Isbn13}, or be left out.");
        }

        var goodbooks = Identifiers?.Goodbooks;
        if (goodbooks is not null && !(goodbooks.Length is >= 1 and <= 10 && goodbooks.All(char.IsAsciiDigit)))
        {
            errors.Add("identifiers.goodbooks", "identifiers.goodbooks must be a whole number of at most 10 digits.");
        }

        // Both forms are stored whichever was given, so that each finds the book and none can be taken twice.
        var isbn = isbn13 ?? isbn10;
        Set(IdentifierScheme.Isbn10, isbn?.Isbn10);
        Set(IdentifierScheme.Isbn13, isbn?.Isbn13);
        Set(IdentifierScheme.Goodbooks, goodbooks);

        void Set(string scheme, string? value)
        {
            var existing = book.Identifiers.Find(i => i.Scheme == scheme);
            if (value is null)
            {
                book.Identifiers.RemoveAll(i => i == existing);
            }
            else if (existing is null)
            {
                book.Identifiers.Add(new BookIdentifier { BookId = book.Id, Scheme = scheme, Value = value });
            }
            else
            {
                existing.Value = value;
            }
        }
    }

    private static Isbn? ReadIsbn(string field, string? text, FieldErrors errors)
    {
        if (text is null)
        {
            return null;
        }

        var isRightForm = text.Count(char.IsAsciiLetterOrDigit) == (field.EndsWith("10", StringComparison.Ordinal) ? 10 : 13);
        if (isRightForm && Isbn.TryParse(text, out var isbn))
        {
            return isbn;
        }

        errors.Add(field, $"{field} must have {(field.EndsWith("10", StringComparison.Ordinal) ? 10 : 13)} digits, hyphens apart, and a right check digit.");
        return null;
    }

    private void ApplyTranslations(Book book, FieldErrors errors)
    {
        var wanted = new Dictionary<string, (string Title, string? Description)>();
        for (var i = 0; i < CheckCount("translations", Translations, errors); i++)
        {
            var (language, title, description) = Translations![i] ?? new TranslationRequest(null, null);
            if (ReadLanguage($"translations[{i}].language", language, errors) is not { } tag)
            {
                errors.Add($"translations[{i}].language", $"translations[{i}].language is required: {LanguageTag.Allowed}.");
                continue;
            }

            var texts = (errors.Text($"translations[{i}].title", title, Book.MaxNameLength),
                errors.OptionalText($"translations[{i}].description", description, Book.MaxDescriptionLength));
            if (!wanted.TryAdd(tag, texts))
            {
                errors.Add($"translations[{i}].language", $"translations must hold one a language; {tag} is there twice.");
            }
        }

        book.Translations.RemoveAll(t => !wanted.ContainsKey(t.Language));
        foreach (var (language, (title, description)) in wanted)
        {
            var translation = book.Translations.Find(t => t.Language == language);
            if (translation is null)
            {
                book.Translations.Add(translation = new BookTranslation { BookId = book.Id, Language = language, Title = title });
            }

            translation.Title = title;
            translation.Description = description;
        }
    }

    private void ApplyAuthors(Book book, FieldErrors errors)
    {
        CheckCount("authorIds", AuthorIds, errors);
        CheckDistinct("authorIds", AuthorIds, errors);
        var wanted = AuthorIds?.Distinct().ToList() ?? [];
        book.Authors.RemoveAll(a => !wanted.Contains(a.AuthorId));
        for (var position = 0; position < wanted.Count; position++)
        {
            var author = book.Authors.Find(a => a.AuthorId == wanted[position]);
            if (author is null)
            {
                book.Authors.Add(author = new BookAuthor { BookId = book.Id, AuthorId = wanted[position] });
            }

            author.Position = position;
        }
    }

    private void ApplyCategories(Book book, FieldErrors errors)
    {
        CheckCount("categoryIds", CategoryIds, errors);
        CheckDistinct("categoryIds", CategoryIds, errors);
        var wanted = CategoryIds?.Distinct().ToList() ?? [];
        book.Categories.RemoveAll(c => !wanted.Contains(c.CategoryId));
        foreach (var added in wanted.Where(id => !book.Categories.Exists(c => c.CategoryId == id)).ToList())
        {
            book.Categories.Add(new BookCategory { BookId = book.Id, CategoryId = added });
        }
    }

    private static int CheckCount<T>(string field, IReadOnlyList<T>? parts, FieldErrors errors)
    {
        if (parts?.Count > MaxParts)
        {
            errors.Add(field, $"{field} must be at most {MaxParts}.");
            return 0;
        }

        return parts?.Count ?? 0;
    }

    private static void CheckDistinct(string field, IReadOnlyList<Guid>? ids, FieldErrors errors)
    {
        if (ids is not null && ids.Distinct().Count() != ids.Count)
        {
            errors.Add(field, $"{field} must not hold the same id twice.");
        }
    }
}
