using Microsoft.EntityFrameworkCore;
using Platform.Api.Catalog;
using Platform.Api.Catalog.Demo;
using Platform.Api.Data;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog;

public sealed class DemoCatalogueTests(Stack stack)
{
    private const int OldestWork = -2000;
    private const int PublicDomainBefore = 1929;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly DemoCatalogue Demo = DemoCatalogue.Read();

    [Fact]
    public void There_are_at_least_three_hundred_works_and_none_twice()
    {
        var works = Demo.Works.Select(work => (work.Title, string.Join(';', work.Authors))).ToList();

        Assert.True(works.Count >= 300, $"{works.Count} works");
        Assert.Equal(works.Count, works.Distinct().Count());
    }

    [Fact]
    public void Every_work_is_in_the_public_domain()
    {
        Assert.All(Demo.Works, work => Assert.True(work.Year is null or (>= OldestWork and < PublicDomainBefore), $"{work.Title}, {work.Year}"));
    }

    [Fact]
    public void Every_author_is_listed_lived_and_wrote_when_grown_up()
    {
        var authors = Demo.Authors.ToDictionary(author => author.Name);

        Assert.All(Demo.Works.SelectMany(work => work.Authors), name => Assert.Contains(name, authors.Keys));
        Assert.All(Demo.Authors, author => Assert.Contains(Demo.Works, work => work.Authors.Contains(author.Name)));
        Assert.All(Demo.Authors, author => Assert.True(author.Died - author.Born is null or (> 15 and < 110), $"{author}"));
        Assert.All(Demo.Works, work => Assert.All(work.Authors, name => Assert.False(work.Year < authors[name].Born + 15, $"{work.Title} by {authors[name]}")));
    }

    [Fact]
    public void Every_description_is_one_short_sentence_of_its_own()
    {
        var descriptions = Demo.Works.Select(work => work.Description).ToList();

        Assert.All(descriptions, text => Assert.Matches(@"^\S.{20,298}\.$", text));
        Assert.All(descriptions, text => Assert.DoesNotContain(". ", text, StringComparison.Ordinal));
        Assert.Equal(descriptions.Count, descriptions.Distinct().Count());
    }

    [Fact]
    public void Every_category_exists_hangs_in_the_tree_and_is_used()
    {
        var slugs = Demo.Categories.Select(category => category.Slug).ToList();
        var used = Demo.Works.SelectMany(work => work.Categories).Concat(Demo.Categories.Select(category => category.Parent)).ToHashSet();

        Assert.Equal(slugs.Count, slugs.Distinct().Count());
        Assert.All(Demo.Categories, category => Assert.True(category.Parent is null || slugs.IndexOf(category.Parent) < slugs.IndexOf(category.Slug), category.Slug));
        Assert.All(Demo.Works, work => Assert.NotEmpty(work.Categories));
        Assert.All(Demo.Works.SelectMany(work => work.Categories), slug => Assert.Contains(slug, slugs));
        Assert.All(slugs, slug => Assert.Contains(slug, used));
    }

    [Fact]
    public void Every_language_is_a_tag_of_BCP_47_and_there_are_many()
    {
        var languages = Demo.Works.Select(work => work.Language).Distinct().ToList();

        Assert.All(languages, language => Assert.True(LanguageTag.TryParse(language, out var tag) && tag == language, $"'{language}'"));
        Assert.True(languages.Count >= 30, $"{languages.Count} languages");
    }

    [Fact]
    public void Every_series_number_stands_once()
    {
        var places = Demo.Works.Where(work => work.SeriesNumber is not null).Select(work => (work.Series, work.SeriesNumber)).ToList();

        Assert.All(places, place => Assert.NotNull(place.Series));
        Assert.Equal(places.Count, places.Distinct().Count());
    }

    [Fact]
    public async Task An_empty_catalogue_is_filled_once_even_by_two_at_a_time()
    {
        await using var database = await stack.CreateDatabaseAsync();

        var stored = await Task.WhenAll(LoadAsync(database), LoadAsync(database), LoadAsync(database));

        Assert.Equal(Demo.Works.Count, stored.Sum());
        Assert.Equal(Demo.Works.Count, await database.ScalarAsync<long>("SELECT count(*) FROM catalog.books"));
        Assert.Equal(Demo.Authors.Count, await database.ScalarAsync<long>("SELECT count(*) FROM catalog.authors"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM catalog.books b WHERE NOT EXISTS (SELECT FROM catalog.book_search s WHERE s.book_id = b.id)"));
    }

    [Fact]
    public async Task A_catalogue_with_a_book_is_left_alone()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await database.ExecuteAsync("INSERT INTO catalog.books (id, title, created_at, updated_at, deleted_at) VALUES (gen_random_uuid(), 'Mine', now(), now(), now())");

        var stored = await LoadAsync(database);

        Assert.Equal(0, stored);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM catalog.books"));
    }

    private static async Task<int> LoadAsync(TestDatabase database)
    {
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        options.UseNpgsql(database.Owner);
        await using var db = new PlatformDbContext(options.Options);
        return await DemoCatalogue.LoadIfEmptyAsync(db, TimeProvider.System, Ct);
    }
}
