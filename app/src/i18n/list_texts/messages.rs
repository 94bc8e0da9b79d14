//! The macro that declares texts in both languages side by side.

/// A struct of texts, and one of it a language.
macro_rules! messages {
    (
        $(#[$outer:meta])* pub struct $name:ident;
        $(parts { $($part:ident: $part_type:ty;)* })?
        texts { $($field:ident = $en:literal, $zh:literal;)* }
        $(words { $($group:ident { $($word:literal = $word_en:literal, $word_zh:literal;)* })* })?
        $(functions { $($function:ident: $type:ty = $function_en:expr, $function_zh:expr;)* })?
    ) => {
        $(#[$outer])*
        #[allow(missing_docs, reason = "the English text says what each field is")]
        pub struct $name {
            $(pub $field: &'static str,)*
            $($(pub $part: &'static $part_type,)*)?
            $($($group: &'static [(&'static str, &'static str)],)*)?
            $($(pub $function: $type,)*)?
        }

        impl $name {
            /// In English.
            pub const EN: Self = Self {
                $($field: $en,)*
                $($($part: &<$part_type>::EN,)*)?
                $($($group: &[$(($word, $word_en)),*],)*)?
                $($($function: $function_en,)*)?
            };
            /// In Simplified Chinese.
            pub const ZH: Self = Self {
                $($field: $zh,)*
                $($($part: &<$part_type>::ZH,)*)?
                $($($group: &[$(($word, $word_zh)),*],)*)?
                $($($function: $function_zh,)*)?
            };
        }
    };
}
